-- What a payer lets the co-op do: collect what they owe from an account. Signed on the page of the member who pays.
create table direct_debit_mandate (
    id           uuid        primary key,
    reference    text        not null unique check (length(reference) between 1 and 35),
    payer_id     uuid        not null,
    creditor_id  text        not null check (length(creditor_id) between 8 and 35),
    debtor_name  text        not null check (length(debtor_name) between 1 and 70),
    iban         text        not null check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    town         text        check (length(town) between 1 and 35),
    country      text        check (country ~ '^[A-Z]{2}$'),
    once         boolean     not null, -- for a single collection
    notice_days  int         not null check (notice_days between 1 and 14),
    signed_by    uuid        not null,
    signed_on    date        not null,
    signed_at    timestamptz not null,
    last_used_on date,
    amended      boolean     not null default false, -- of which the bank is to be told with the next collection
    state        text        not null check (state in ('active', 'suspended', 'revoked', 'expired', 'used')),
    reason       text        check (length(reason) between 1 and 500),
    changed_by   uuid,
    changed_at   timestamptz,
    check ((state = 'active') = (changed_at is null)),
    check (state <> 'suspended' or reason is not null)
);
-- A payer has one at a time.
create unique index on direct_debit_mandate (payer_id) where state in ('active', 'suspended');
create index on direct_debit_mandate (payer_id, signed_at);

-- What a mandate said before it was signed anew.
create table direct_debit_amendment (
    mandate_id  uuid        not null references direct_debit_mandate,
    amended_at  timestamptz not null,
    debtor_name text        not null,
    iban        text        not null,
    amended_by  uuid        not null,
    primary key (mandate_id, amended_at)
);
