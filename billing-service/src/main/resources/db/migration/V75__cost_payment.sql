-- What was paid for a shared cost from the bank.
create table cost_payment (
    id                    uuid        primary key,
    pool_id               uuid        not null references cost_pool,
    amount_micro          bigint      not null check (amount_micro > 0),
    currency              text        not null check (currency ~ '^[A-Z]{3}$'),
    paid_on               date        not null,
    reference             text        check (length(reference) between 1 and 140),
    recorded_by           uuid        not null,
    recorded_at           timestamptz not null,
    ledger_transaction_id uuid        not null unique references ledger_transaction
);
create index on cost_payment (pool_id, recorded_at, id);

-- A payment that was a mistake or came back; the payment itself stays as it was written down.
create table cost_payment_reversal (
    payment_id            uuid        primary key references cost_payment,
    reason                text        not null check (length(reason) between 1 and 500),
    reversed_by           uuid        not null,
    reversed_at           timestamptz not null,
    ledger_transaction_id uuid        not null unique references ledger_transaction
);
