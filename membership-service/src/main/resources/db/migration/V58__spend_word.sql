-- Billing's newest word on what a payer wants to spend: a cap that they set is reached, or the wallet of a payer who pays ahead
-- is empty. A word that arrives late changes nothing.
create table spend_word (
    payer_id    uuid        not null,
    spend_limit text        not null check (spend_limit in ('cap', 'wallet')),
    since       timestamptz,
    said_at     timestamptz not null,
    primary key (payer_id, spend_limit)
);
