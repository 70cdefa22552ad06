-- Names that members hold in the co-op's zone. One label, one row: who comes first has it, and nobody has one that looks the same.
create table mesh_name (
    id             uuid        primary key,
    -- As DNS has it; an internationalised label in its xn-- form.
    label          text        not null unique check (label ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    -- As people read it.
    display        text        not null check (length(display) between 1 and 63),
    -- What is left of it for the eye (UTS 39).
    skeleton       text        not null unique,
    owner_id       uuid        not null references member,
    node           uuid        not null references node,
    -- The key that the node had when it was last bound; it follows when the node enrols anew.
    node_id        text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    service_type   text        check (service_type ~ '^[a-z0-9-]{1,15}$'),
    transport      text        check (transport in ('tcp', 'udp')),
    port           int         check (port between 1 and 65535),
    -- Where the service answers, behind the node; empty: on the node itself.
    hosts          text[]      not null default '{}',
    path           text        not null default '' check (length(path) <= 200),
    registered_at  timestamptz not null,
    -- When membership has ended: from then on anybody may have it.
    free_at        timestamptz,
    -- The open dispute that froze it.
    dispute        uuid,
    -- A transfer that was offered, by the hash of its code: whoever reads this table cannot take the name.
    transfer_hash  bytea       unique check (length(transfer_hash) = 32),
    transfer_until timestamptz,
    check ((service_type is null) = (port is null) and (service_type is null) = (transport is null)),
    check (service_type is not null or (hosts = '{}' and path = '')),
    check ((transfer_hash is null) = (transfer_until is null))
);
create index mesh_name_owner on mesh_name (owner_id);
create index mesh_name_node on mesh_name (node);
create index mesh_name_free on mesh_name (free_at) where free_at is not null;

-- What happened to names, for good; a name that is free again leaves nothing else behind.
create table mesh_name_event (
    id       bigint      generated always as identity primary key,
    name_id  uuid        not null,
    label    text        not null,
    kind     text        not null,
    owner_id uuid        not null,
    -- Null: time did it.
    by_member uuid,
    detail   text        not null default '',
    at       timestamptz not null
);
create index mesh_name_event_owner on mesh_name_event (owner_id);
-- Only what a name was, and why, goes when its holder is erased.
create function mesh_name_event_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.owner_id::text = current_setting('coopmesh.erasing', true)
       and (new.id, new.name_id, new.kind, new.owner_id, new.by_member, new.at)
           is not distinct from (old.id, old.name_id, old.kind, old.owner_id, old.by_member, old.at) then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger mesh_name_event_only_grows before update or delete on mesh_name_event
    for each row execute function mesh_name_event_stays();
create trigger mesh_name_event_is_never_emptied before truncate on mesh_name_event
    for each statement execute function mesh_name_event_stays();
