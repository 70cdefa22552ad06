-- Money that came in, as the treasurer wrote it down. What it paid is in invoice_settlement; what it moved is in the book.
create table payment (
    id                    uuid        primary key,
    payer_id              uuid        not null,
    amount_micro          bigint      not null check (amount_micro > 0),
    credit_micro          bigint      not null check (credit_micro between 0 and amount_micro),
    currency              text        not null,
    method                text        not null check (method in ('cash', 'transfer')),
    received_on           date        not null,
    reference             text,
    note                  text,
    recorded_by           uuid        not null,
    recorded_at           timestamptz not null,
    ledger_transaction_id uuid        not null unique references ledger_transaction
);
create index on payment (payer_id, recorded_at);
create index on payment (recorded_at, id);
