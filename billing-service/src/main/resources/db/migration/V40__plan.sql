-- What a site costs from a day on; a change is a new row with a later day, never an edit. A GB is 10^9 bytes.
create table plan (
    code           text        not null check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    effective_on   date        not null,
    name           text        not null,
    description    text        not null,
    flat_micro     bigint      not null check (flat_micro >= 0),
    included_bytes bigint      not null check (included_bytes >= 0),
    per_gb_micro   bigint      not null check (per_gb_micro >= 0),
    currency       text        not null check (currency ~ '^[A-Z]{3}$'),
    recorded_at    timestamptz not null,
    recorded_by    text        not null,
    primary key (code, effective_on)
);
