-- Routers too small for an agent, as nodes told of them. One router is one row, however many nodes heard it: the newest wins.
-- Nobody signed this; it is shown, and nothing is billed by it. Times are the wall clock's.
create table collected_router (
    router_id      text        primary key check (router_id ~ '^[0-9a-f]{12}$'),
    heard_at       timestamptz not null,
    -- Whose telling this is.
    told_by        text        not null check (told_by ~ '^[0-9a-f]{64}$'),
    hostname       text        not null,
    -- All absent where the router told no figures.
    uptime_seconds bigint      check (uptime_seconds >= 0),
    load_milli     bigint      check (load_milli >= 0),
    clients        bigint      check (clients >= 0),
    rx_bytes       bigint      check (rx_bytes >= 0),
    tx_bytes       bigint      check (tx_bytes >= 0),
    forward_bytes  bigint      check (forward_bytes >= 0)
);

create index on collected_router (heard_at);

-- Whom it hears, by its newest telling.
create table collected_neighbour (
    router_id           text   not null references collected_router (router_id) on delete cascade,
    position            int    not null,
    neighbour_router_id text   not null,
    address             text   not null,
    source              text   not null,
    tq                  bigint not null,
    rx_cost             bigint not null,
    tx_cost             bigint not null,
    primary key (router_id, position)
);

-- Which nodes heard it, and when last.
create table collected_sighting (
    router_id text        not null references collected_router (router_id) on delete cascade,
    node_id   text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    heard_at  timestamptz not null,
    primary key (router_id, node_id)
);

create index on collected_sighting (node_id, heard_at);
