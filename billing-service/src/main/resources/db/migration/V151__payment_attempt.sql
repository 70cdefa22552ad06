-- A try to pay an invoice through a payment provider. What the provider took of it and did not give back is booked as one payment;
-- when that changes, the payment is reversed and another one booked.
create table payment_attempt (
    id             uuid        primary key,
    provider       text        not null check (provider in ('stripe', 'gocardless', 'btcpay')),
    invoice_id     uuid        not null references invoice,
    number         text        not null,
    payer_id       uuid        not null,
    amount_micro   bigint      not null check (amount_micro > 0),
    currency       text        not null,
    state          text        not null check (state in ('opening', 'open', 'processing', 'succeeded', 'failed', 'expired')),
    page           text,
    references_all text[]      not null default '{}',
    received_micro bigint      not null default 0 check (received_micro >= 0),
    fee_micro      bigint      not null default 0,
    payment_id     uuid        unique references payment,
    why            text,
    created_at     timestamptz not null,
    changed_at     timestamptz not null,
    looks          integer     not null default 0,
    rings          bigint      not null default 0,
    next_look_at   timestamptz,
    check (state <> 'open' or (page is not null and references_all <> '{}')),
    check ((payment_id is null) or received_micro > 0)
);
create index on payment_attempt (invoice_id, created_at);
create index on payment_attempt (created_at, id);
create index on payment_attempt (next_look_at) where next_look_at is not null;
create index on payment_attempt using gin (references_all);

-- Webhooks that were believed, each once. Of what they say nothing is kept: it is asked for.
create table payment_webhook (
    provider text        not null,
    event_id text        not null,
    what     text        not null,
    heard_at timestamptz not null,
    primary key (provider, event_id)
);
create index on payment_webhook (heard_at);

-- When a provider was last heard, answered, or did not.
create table payment_provider_health (
    provider    text primary key,
    heard_at    timestamptz,
    refused_at  timestamptz,
    refused_why text,
    answered_at timestamptz,
    away_at     timestamptz,
    away_why    text
);
