-- What each node says it enforces; the newest wins.
create table access_receipt (
    node_id      text        primary key check (node_id ~ '^[0-9a-f]{64}$'),
    version      bigint      not null,
    entries_hash bytea       not null,
    applied_at   timestamptz not null,
    apply_millis bigint      not null,
    set_sizes    jsonb       not null,
    failure      text        not null,
    received_at  timestamptz not null,
    -- From the list's issue (or the node's coming back) to this receipt; absent where nobody measured.
    took_millis  bigint
);
