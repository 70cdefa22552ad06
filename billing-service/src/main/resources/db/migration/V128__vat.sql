-- VAT that is owed to the tax office, and the same taken off what was earned: prices include it.
insert into ledger_account_kind (kind, owned) values ('vat', false), ('income-vat', false);

-- How the co-op charges VAT, from a day on. What was said before stays.
create table vat_terms (
    id              bigint      generated always as identity primary key,
    effective_on    date        not null,
    mode            text        not null check (mode in ('none', 'exempt', 'standard')),
    rate_hundredths int         not null check (rate_hundredths between 0 and 10000), -- of a percent
    reason_code     text        check (reason_code ~ '^VATEX-[A-Z]{2}-[A-Z0-9-]{1,20}$'),
    said_by         uuid        not null,
    said_at         timestamptz not null,
    check ((mode = 'standard') = (rate_hundredths > 0)),
    check (reason_code is null or mode = 'exempt')
);
create index on vat_terms (effective_on);

-- Payers who owe the tax themselves (reverse charge), from a day on.
create table vat_reverse (
    id           bigint      generated always as identity primary key,
    payer_id     uuid        not null,
    effective_on date        not null,
    reverse      boolean     not null,
    said_by      uuid        not null,
    said_at      timestamptz not null
);
create index on vat_reverse (payer_id, effective_on);

-- What each invoice, credit note and write-off says of VAT, and each bill without an invoice; below zero where it gives back.
create table vat_entry (
    id              bigint      generated always as identity primary key,
    kind            text        not null check (kind in ('invoice', 'bill', 'credit-note', 'write-off')),
    about           uuid        not null,
    counts_on       date        not null,
    category        text        not null check (category in ('S', 'E', 'O', 'AE')),
    rate_hundredths int         not null check ((category = 'S') = (rate_hundredths > 0)),
    reason_code     text,
    gross_micro     bigint      not null,
    base_micro      bigint      not null,
    tax_micro       bigint      not null check (category = 'S' or tax_micro = 0),
    rounding_micro  bigint      not null,
    currency        text        not null check (currency ~ '^[A-Z]{3}$'),
    transaction_id  uuid        references ledger_transaction,
    check (base_micro + tax_micro + rounding_micro = gross_micro),
    check (tax_micro = 0 or transaction_id is not null)
);
create index on vat_entry (counts_on);
-- What is given up may become more, where a payment goes back.
create unique index on vat_entry (about, kind) where kind <> 'write-off';

create function vat_entry_stays() returns trigger language plpgsql as $$
begin
    raise exception 'what was said of VAT stays as it is';
end $$;
create trigger vat_entry_stays before update or delete on vat_entry
    for each row execute function vat_entry_stays();
