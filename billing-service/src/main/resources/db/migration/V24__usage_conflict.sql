-- A validly signed report whose boot and sequence another one holds already: kept apart, never in its place.
create table usage_conflict (
    node_id       bytea       not null,
    boot_id       uuid        not null,
    sequence      bigint      not null,
    hash          bytea       not null check (octet_length(hash) = 32),
    started_at    timestamptz not null,
    ended_at      timestamptz not null,
    received_at   timestamptz not null,
    signed        bytea       not null,
    run_last      bigint      not null,
    run_signature bytea       not null check (octet_length(run_signature) = 64),
    primary key (node_id, boot_id, sequence, hash)
);

create index usage_conflict_received on usage_conflict (received_at);
