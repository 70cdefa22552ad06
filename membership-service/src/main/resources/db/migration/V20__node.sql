-- Mesh hardware. One node, one record: a key stands in one row only, in whichever state.
create table node (
    id                uuid        primary key,
    owner_id          uuid        not null,
    site_id           uuid        not null,
    name              text        not null check (length(name) between 1 and 80),
    gateway           boolean     not null,
    created_at        timestamptz not null,
    state             text        not null check (state in ('pending', 'enrolled', 'retired', 'revoked')),
    node_id           text        unique check (node_id ~ '^[0-9a-f]{64}$'),
    certificate_until timestamptz,
    agent_version     text,
    enrolled_at       timestamptz,
    ended_at          timestamptz,
    end_reason        text,
    -- Taken off every page; the row stays, because attachments of the past point to it.
    removed_at        timestamptz,
    check ((state = 'pending') = (node_id is null)),
    check ((node_id is null) = (certificate_until is null)),
    check (state <> 'enrolled' or enrolled_at is not null),
    check ((state in ('retired', 'revoked')) = (ended_at is not null)),
    check (removed_at is null or state <> 'enrolled')
);
create index node_owner on node (owner_id);
