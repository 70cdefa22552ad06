-- What each node last told of itself; the newest wins. Times are the wall clock's.
create table node_status (
    node_id                text        primary key check (node_id ~ '^[0-9a-f]{64}$'),
    last_seen_at           timestamptz not null,
    -- Absent until the first report: a node is seen as soon as it calls.
    observed_at            timestamptz,
    agent_version          text,
    uptime_seconds         bigint,
    load_milli             bigint,
    memory_total_bytes     bigint,
    memory_available_bytes bigint,
    clients                bigint,
    access_list_version    bigint,
    spool_bytes            bigint,
    spool_windows          bigint
);

-- The links of a node's newest report.
create table node_link (
    node_id           text   not null references node_status (node_id) on delete cascade,
    position          int    not null,
    neighbour_node_id text   not null,
    interface         text   not null,
    neighbour_address text   not null,
    source            text   not null,
    rx_cost           bigint not null,
    tx_cost           bigint not null,
    primary key (node_id, position)
);
