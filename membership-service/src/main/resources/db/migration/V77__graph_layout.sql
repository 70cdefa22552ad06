-- Where people put nodes on the graph of the mesh; theirs alone, but for the one that the board gave out for all.
create table graph_layout (
    id         uuid               primary key,
    owner_id   uuid               not null,
    name       text               not null check (length(name) between 1 and 60),
    given_out  boolean            not null default false,
    changed_at timestamptz        not null,
    -- Position by position: which node, and where on a plane of which only proportions count.
    nodes      text[]             not null,
    xs         double precision[] not null,
    ys         double precision[] not null,
    unique (owner_id, name),
    check (cardinality(nodes) = cardinality(xs) and cardinality(nodes) = cardinality(ys)),
    check (cardinality(nodes) <= 5000)
);
create unique index graph_layout_given_out on graph_layout (given_out) where given_out;
