-- What leaves and comes without a member or a shared cost behind it.
insert into ledger_account_kind (kind, owned) values ('bank-charges', false), ('cost-other', false), ('income-other', false);

-- The co-op's accounts at banks. All of them are the account bank of the book.
create table bank_account (
    id          uuid        primary key,
    name        text        not null check (length(name) between 1 and 100),
    iban        text        not null unique check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    currency    text        not null check (currency ~ '^[A-Z]{3}$'),
    declared_by uuid        not null,
    declared_at timestamptz not null,
    -- How its bank writes CSV, once a person has said so.
    csv_mapping text
);
