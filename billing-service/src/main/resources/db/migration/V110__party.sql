-- What invoices say of the co-op. Rows are added, never changed: a document is drawn up as of the day of its issue.
create table seller (
    id                 bigint      generated always as identity primary key,
    said_at            timestamptz not null,
    said_by            uuid        not null,
    name               text        not null check (length(name) between 1 and 70),
    line1              text,
    line2              text,
    post_code          text,
    city               text,
    country            text        not null check (country ~ '^[A-Z]{2}$'),
    vat_id             text,
    tax_number         text,
    register           text,
    iban               text,
    bic                text,
    creditor_id        text,
    email              text,
    tax_note           text        not null,
    belgian_references boolean     not null,
    language           text        not null check (language in ('en', 'es', 'ca', 'de', 'fr')),
    check (vat_id is not null or register is not null)
);

-- What invoices say of a payer, as the member or the treasurer gave it for them.
create table payer_details (
    id        bigint      generated always as identity primary key,
    payer_id  uuid        not null,
    said_at   timestamptz not null,
    said_by   uuid        not null,
    name      text        not null check (length(name) between 1 and 140),
    line1     text,
    line2     text,
    post_code text,
    city      text,
    country   text        not null check (country ~ '^[A-Z]{2}$'),
    vat_id    text,
    language  text        not null check (language in ('en', 'es', 'ca', 'de', 'fr'))
);
create index on payer_details (payer_id, said_at);
