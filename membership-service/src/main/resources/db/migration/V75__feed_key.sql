-- Who may read the whole of the feeds; by hash: whoever reads this table reads no feed with it.
create table feed_key (
    id           uuid        primary key,
    name         text        not null check (length(name) between 1 and 80),
    digest       bytea       not null unique check (length(digest) = 32),
    created_at   timestamptz not null,
    created_by   uuid        not null,
    revoked_at   timestamptz,
    revoked_by   uuid,
    -- To the day, so that reading every half minute writes once a day.
    last_used_on date,
    check ((revoked_at is null) = (revoked_by is null))
);
