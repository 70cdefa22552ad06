-- Where a part of an entry stands in the book, and who said so. What was undone stays, with its reason.
create table bank_booking (
    id                    uuid        primary key,
    part_id               uuid        not null references bank_part,
    kind                  text        not null check (kind in ('payment', 'return', 'cost', 'cost-return', 'account', 'booked', 'own')),
    amount_micro          bigint      not null check (amount_micro <> 0),
    payer_id              uuid,
    payment_id            uuid,
    cost_pool_id          uuid,
    cost_payment_id       uuid,
    account               text,
    reason                text        check (length(reason) between 1 and 500),
    -- Transfers between the co-op's own accounts move nothing in the book.
    ledger_transaction_id uuid        references ledger_transaction,
    rule                  text        not null check (rule in ('person', 'reference', 'return')),
    booked_by             uuid        not null,
    booked_at             timestamptz not null,
    undone_by             uuid,
    undone_at             timestamptz,
    undone_why            text        check (length(undone_why) between 1 and 500),
    check ((kind in ('payment', 'return')) = (payment_id is not null and payer_id is not null)),
    check ((kind in ('cost', 'cost-return')) = (cost_payment_id is not null and cost_pool_id is not null)),
    check ((kind = 'account') = (account is not null)),
    check (kind not in ('account', 'own') or reason is not null),
    check ((kind = 'own') = (ledger_transaction_id is null)),
    check ((undone_by is null) = (undone_at is null) and (undone_by is null) = (undone_why is null))
);
create index on bank_booking (part_id);
create index on bank_booking (payment_id) where payment_id is not null;
create index on bank_booking (ledger_transaction_id) where undone_at is null;

-- Whose account it is that money comes from, learned when a person said so.
create table bank_payer (
    iban       text        primary key,
    payer_id   uuid        not null,
    learned_by uuid        not null,
    learned_at timestamptz not null
);
