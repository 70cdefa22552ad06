-- All reports taken in on one day (UTC), as the root of a Merkle tree; written when the day is over, then never changed.
create table usage_day (
    day       date        primary key,
    reports   bigint      not null check (reports >= 0),
    root      bytea       not null check (octet_length(root) = 32),
    closed_at timestamptz not null
);

create trigger usage_day_stands before update or delete on usage_day
    for each row execute function usage_decision_stands();

-- 1,024 leaves in a row of the tree. The hashes of the leaves' reports are kept as long as the reports are; the root for good.
create table usage_tile (
    day      date        not null references usage_day,
    tile     int         not null check (tile >= 0),
    first_at timestamptz not null,
    last_at  timestamptz not null,
    root     bytea       not null check (octet_length(root) = 32),
    -- SHA-256 of the signed bytes of each report, one after the other.
    hashes   bytea,
    primary key (day, tile),
    check (octet_length(hashes) % 32 = 0)
);
