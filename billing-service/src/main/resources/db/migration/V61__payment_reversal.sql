-- A payment that was a mistake or went back; the payment itself stays as it was written down.
create table payment_reversal (
    payment_id            uuid        primary key references payment,
    reason                text        not null check (reason <> ''),
    reversed_by           uuid        not null,
    reversed_at           timestamptz not null,
    ledger_transaction_id uuid        not null unique references ledger_transaction
);
