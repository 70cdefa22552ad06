-- The co-op that this installation serves: at most one row.
create table coop (
    only_one       boolean     primary key default true check (only_one),
    name           text        not null check (name <> ''),
    currency       text        not null check (currency ~ '^[A-Z]{3}$'),
    time_zone      text        not null,
    pools_v4       cidr[]      not null,
    pools_v6       cidr[]      not null,
    garden         cidr[]      not null,
    rules_version  integer     not null check (rules_version >= 1),
    rules_text     text        not null,
    constituted_at timestamptz not null
);
