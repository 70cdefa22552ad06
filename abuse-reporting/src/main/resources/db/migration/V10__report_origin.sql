-- How a report came, what its sender calls it, and whether the same came before.
alter table report
    add column format      text    not null default 'form' check (format in ('form', 'meter', 'xarf', 'xarf_mail', 'arf', 'mail')),
    add column kind        text    check (length(kind) <= 100),
    add column reference   text    check (length(reference) <= 255),
    add column partner_id  uuid,
    add column muted       boolean not null default false,
    add column arrival_key bytea   unique check (length(arrival_key) = 32),
    drop constraint report_reporter_kind_check,
    add constraint report_reporter_kind_check check (reporter_kind in ('member', 'mail', 'partner', 'anonymous')),
    add constraint partner_of_partner check ((reporter_kind = 'partner') = (partner_id is not null));
update report set format = 'meter' where url like 'urn:coopmesh:link:%';

-- What a sender says of a file, and whether the bytes say so too.
alter table evidence
    add column kept          boolean not null default false,
    add column declared_hash text    check (length(declared_hash) <= 200),
    add column differs       boolean not null default false;

-- What a reporter learned later.
create table report_addition (
    addition_number bigint      generated always as identity primary key,
    report_id       uuid        not null references report,
    text            text        not null check (length(text) between 1 and 5000),
    added_at        timestamptz not null
);

create index report_addition_report on report_addition (report_id, addition_number);

-- What could not be taken in, newest kept; of the document hash and size alone.
create table refused_report (
    refusal_number bigint      generated always as identity primary key,
    format         text        not null,
    partner_id     uuid,
    field          text        not null check (length(field) <= 200),
    reason         text        not null check (length(reason) <= 2000),
    sha256         bytea       not null unique check (length(sha256) = 32),
    size_bytes     bigint      not null check (size_bytes >= 0),
    refused_at     timestamptz not null
);
