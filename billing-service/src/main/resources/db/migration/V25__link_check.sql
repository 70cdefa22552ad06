-- Hours in which new reports of some nodes came in: what the check of links still has to look at. Written by the intake in its
-- transaction, taken by one reviewer at a time.
create table link_due (
    id    bigint      generated always as identity primary key,
    hour  timestamptz not null,
    nodes bytea[]     not null
);

-- What the two ends of one link claim of the windows that began in one hour; low is the end with the lower id. What a window
-- is credited is the smaller of the two claims. A window alone has no other end.
create table link_hour (
    low_node            bytea       not null check (octet_length(low_node) = 32),
    high_node           bytea       not null check (octet_length(high_node) = 32),
    hour                timestamptz not null,
    windows_matched     integer     not null check (windows_matched >= 0),
    windows_outside     integer     not null check (windows_outside between 0 and windows_matched),
    windows_low_alone   integer     not null check (windows_low_alone >= 0),
    windows_high_alone  integer     not null check (windows_high_alone >= 0),
    low_sent_bytes      bigint      not null check (low_sent_bytes >= 0),
    high_received_bytes bigint      not null check (high_received_bytes >= 0),
    high_sent_bytes     bigint      not null check (high_sent_bytes >= 0),
    low_received_bytes  bigint      not null check (low_received_bytes >= 0),
    up_credited_bytes   bigint      not null check (up_credited_bytes <= least(low_sent_bytes, high_received_bytes)),
    down_credited_bytes bigint      not null check (down_credited_bytes <= least(high_sent_bytes, low_received_bytes)),
    low_alone_sent_bytes      bigint not null check (low_alone_sent_bytes >= 0),
    low_alone_received_bytes  bigint not null check (low_alone_received_bytes >= 0),
    high_alone_sent_bytes     bigint not null check (high_alone_sent_bytes >= 0),
    high_alone_received_bytes bigint not null check (high_alone_received_bytes >= 0),
    primary key (low_node, high_node, hour),
    check (low_node < high_node)
) with (fillfactor = 80);

create index link_hour_of_high on link_hour (high_node, hour);
create index link_hour_age on link_hour using brin (hour);

-- One window in which the ends disagree by more than loss explains, with the reports that say so.
create table link_outside (
    low_node            bytea       not null,
    high_node           bytea       not null,
    started_at          timestamptz not null,
    ended_at            timestamptz not null check (ended_at > started_at),
    low_boot            uuid        not null,
    low_sequence        bigint      not null,
    high_boot           uuid        not null,
    high_sequence       bigint      not null,
    low_sent_bytes      bigint      not null,
    high_received_bytes bigint      not null,
    high_sent_bytes     bigint      not null,
    low_received_bytes  bigint      not null,
    primary key (low_node, high_node, started_at)
);

-- A link that was outside too often: told once, then extended while it goes on.
create table link_discrepancy (
    id              uuid        primary key,
    low_node        bytea       not null,
    high_node       bytea       not null,
    from_at         timestamptz not null,
    to_at           timestamptz not null check (to_at > from_at),
    windows_outside integer     not null check (windows_outside > 0),
    raised_at       timestamptz not null
);

create index link_discrepancy_of_link on link_discrepancy (low_node, high_node, to_at);
create index link_discrepancy_age on link_discrepancy (raised_at, id);

-- What passed through one node in the windows that began in one hour, by its own report. What came in and what it originated is
-- what went out and what it consumed, but for its own traffic and counters.
create table node_hour (
    node_id               bytea       not null check (octet_length(node_id) = 32),
    hour                  timestamptz not null,
    windows               integer     not null check (windows > 0),
    link_received_bytes   bigint      not null check (link_received_bytes >= 0),
    link_sent_bytes       bigint      not null check (link_sent_bytes >= 0),
    -- Of these, over links whose other end the node does not know.
    nobody_received_bytes bigint      not null check (nobody_received_bytes >= 0),
    nobody_sent_bytes     bigint      not null check (nobody_sent_bytes >= 0),
    uplink_received_bytes bigint      not null check (uplink_received_bytes >= 0),
    uplink_sent_bytes     bigint      not null check (uplink_sent_bytes >= 0),
    originated_bytes      bigint      not null check (originated_bytes >= 0),
    consumed_bytes        bigint      not null check (consumed_bytes >= 0),
    balanced              boolean     not null,
    primary key (node_id, hour)
) with (fillfactor = 80);

create index node_hour_age on node_hour using brin (hour);
create index node_hour_unbalanced on node_hour (hour, node_id) where not balanced;
