-- Ways to pay that a payer let the co-op keep at a provider: a card, or a mandate given there. No figures of it come here, only what
-- the provider calls it and what a person knows it by.
create table payment_saving (
    id           uuid        primary key,
    provider     text        not null check (provider in ('stripe', 'gocardless')),
    payer_id     uuid        not null,
    state        text        not null check (state in ('opening', 'open', 'saved', 'expired', 'ended')),
    page         text,
    reference    text,
    customer     text,
    method       text,
    label        text        check (length(label) between 1 and 100),
    begun_by     uuid        not null,
    begun_at     timestamptz not null,
    saved_at     timestamptz,
    ended_at     timestamptz,
    forgotten_at timestamptz, -- the provider has let go of it, too
    looks        integer     not null default 0,
    next_look_at timestamptz,
    check (state <> 'open' or (page is not null and reference is not null)),
    check (state <> 'saved' or (method is not null and label is not null and saved_at is not null)),
    check ((state = 'ended') = (ended_at is not null))
);
create index on payment_saving (payer_id, begun_at);
create index on payment_saving (reference);
create index on payment_saving (next_look_at) where next_look_at is not null;
