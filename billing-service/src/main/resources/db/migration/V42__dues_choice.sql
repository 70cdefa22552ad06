-- What a payer picked on a sliding scale for a site, from a day on. Only ever added: of all up to a day the latest by
-- effective date counts; of two with one date, the one recorded later.
create table dues_choice (
    id            bigint generated always as identity primary key,
    payer_id      uuid        not null,
    site_id       uuid        not null,
    effective_on  date        not null,
    monthly_micro bigint      not null check (monthly_micro >= 0),
    currency      text        not null check (currency ~ '^[A-Z]{3}$'),
    recorded_at   timestamptz not null,
    recorded_by   uuid        not null
);
create index on dues_choice (payer_id);
