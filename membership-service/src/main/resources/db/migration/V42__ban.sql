-- Bans of addresses and of nodes, as abuse reporting says; a copy. Ended ones are kept.
create table ban (
    ban_id     uuid        primary key,
    prefix     cidr,
    node_id    text        check (node_id ~ '^[0-9a-f]{64}$'),
    imposed_at timestamptz not null,
    until      timestamptz,
    ended_at   timestamptz,
    check ((prefix is null) <> (node_id is null))
);
create index ban_prefix on ban (prefix) where ended_at is null;
create index ban_node on ban (node_id) where ended_at is null;
