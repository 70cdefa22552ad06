-- Which of the co-op's keys each node says it has, or was given with its certificate: what a change of keys waits for.
-- Authorities by SHA-256 of their certificate, access-list keys by their id.
create table node_trust (
    node        uuid        primary key references node (id) on delete cascade,
    issuer      text        not null check (issuer ~ '^[0-9a-f]{64}$'),
    authorities text[]      not null check (cardinality(authorities) <= 16),
    list_keys   text[]      not null check (cardinality(list_keys) <= 16),
    told_at     timestamptz not null
);

-- Every step of a change of the co-op's keys, in order.
create table key_step (
    number     bigint      generated always as identity primary key,
    kind       text        not null check (kind in ('authority', 'access-list')),
    step       text        not null check (step in ('announced', 'used', 'retired')),
    key_id     text        not null,
    -- Nodes in service that were not ready for it.
    waiting    integer     not null check (waiting >= 0),
    reason     text        not null check (reason <> ''),
    -- Null: the service itself, because it was time.
    by_member  uuid,
    at         timestamptz not null
);

create function key_step_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'key_step is append-only';
end
$$;
create trigger key_step_append_only before update or delete on key_step
    for each row execute function key_step_is_append_only();
create trigger key_step_no_truncate before truncate on key_step
    for each statement execute function key_step_is_append_only();
