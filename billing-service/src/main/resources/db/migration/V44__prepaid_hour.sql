-- What a wallet paid for each closed hour, once; less than nothing where an hour turned out cheaper. An hour that moved
-- nothing is here too, so that it is not looked at again.
create table prepaid_hour (
    payer_id              uuid        not null,
    hour                  timestamptz not null check (hour = date_trunc('hour', hour, 'UTC')),
    month                 date        not null check (extract(day from month) = 1),
    amount_micro          bigint      not null,
    missing_micro         bigint      not null check (missing_micro >= 0),
    currency              text        not null check (currency ~ '^[A-Z]{3}$'),
    ledger_transaction_id uuid unique references ledger_transaction,
    primary key (payer_id, hour),
    check ((amount_micro = 0) = (ledger_transaction_id is null))
);
create index on prepaid_hour (payer_id, month);
