-- Where each node stands on the co-op's drawing of the mesh: found once, then kept, so that the drawing stays the one that
-- people know. Only proportions count.
create table graph_place (
    node_id text             primary key check (node_id ~ '^[0-9a-f]{64}$'),
    x       double precision not null,
    y       double precision not null
);
