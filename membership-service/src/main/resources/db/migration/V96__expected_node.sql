-- Which nodes a site is to have, by the names that were agreed. Whether they are there is reckoned when somebody asks.
create table expected_node (
    site_id   uuid        not null references site,
    name      text        not null check (length(name) between 1 and 80),
    agreed_by uuid        not null,
    agreed_at timestamptz not null
);
create unique index expected_node_name on expected_node (site_id, lower(name));
create index expected_node_agreed_by on expected_node (agreed_by);
