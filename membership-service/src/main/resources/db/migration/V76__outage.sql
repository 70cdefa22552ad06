-- When the watch looked last, and since when it has looked without a gap. All times here are the wall clock's.
create table outage_watch (
    one             boolean     primary key default true check (one),
    checked_at      timestamptz not null,
    listening_since timestamptz not null
);

-- One alert each: a node that went silent with all behind it, everybody at once, or the watch itself that did not look.
create table fault (
    id               uuid        primary key,
    kind             text        not null check (kind in ('node', 'everywhere', 'watch')),
    -- The topmost silent node.
    node_id          text        check (node_id ~ '^[0-9a-f]{64}$'),
    began_at         timestamptz not null,
    told_at          timestamptz not null,
    recovering_since timestamptz,
    ended_at         timestamptz check (ended_at >= began_at),
    end_cause        text        check (end_cause in ('heard', 'merged', 'maintenance', 'gone')),
    merged_into      uuid        references fault (id),
    -- How often it came back soon after it had ended, and was taken for the same.
    relapses         int         not null default 0,
    acknowledged_at  timestamptz,
    acknowledged_by  uuid,
    note             text        check (length(note) <= 500),
    check ((kind = 'node') = (node_id is not null)),
    check ((ended_at is null) = (end_cause is null)),
    check ((acknowledged_at is null) = (acknowledged_by is null))
);
create unique index fault_open_node on fault (node_id) where ended_at is null and kind = 'node';
create unique index fault_open_everywhere on fault (kind) where ended_at is null and kind = 'everywhere';
create index fault_ended on fault (ended_at, id);
create index fault_node on fault (node_id, ended_at);

-- A node that was silent, and which fault covers it: one at a time.
create table silence (
    node_id      text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    silent_since timestamptz not null,
    fault_id     uuid        not null references fault (id),
    node         uuid        not null,
    owner_id     uuid        not null,
    ended_at     timestamptz check (ended_at >= silent_since),
    primary key (node_id, silent_since)
);
create unique index silence_open on silence (node_id) where ended_at is null;
create index silence_fault on silence (fault_id);
create index silence_owner on silence (owner_id);

-- Whose addresses were behind it when it fell silent.
create table silence_attachment (
    node_id       text        not null,
    silent_since  timestamptz not null,
    attachment_id uuid        not null,
    site_id       uuid        not null,
    member_id     uuid        not null,
    primary key (node_id, silent_since, attachment_id),
    foreign key (node_id, silent_since) references silence on delete cascade
);
create index silence_attachment_member on silence_attachment (member_id);

-- When work was announced for a node, or (null) for all: nothing that is silent because of it is a fault. The co-op's clock.
create table maintenance (
    id         uuid        primary key,
    node       uuid,
    starts_at  timestamptz not null,
    ends_at    timestamptz not null check (ends_at >= starts_at),
    reason     text        not null check (length(reason) between 1 and 500),
    created_by uuid        not null,
    created_at timestamptz not null
);
create index maintenance_ends on maintenance (ends_at);
