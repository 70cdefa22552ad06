-- Where neighbours hear each node, as it tells itself: both ends of a link are matched by it.
create table node_address (
    node_id   text not null references node_status (node_id) on delete cascade,
    interface text not null,
    address   text not null check (address <> ''),
    primary key (node_id, interface, address)
);
create index node_address_of on node_address (address);

-- A link that is up and a link that is used are two facts; null where the source does not tell.
alter table node_link
    add column cost_text text not null default '',
    add column up        boolean,
    add column used      boolean;

-- How the sources of a node's links fared, name by name; the links of one in trouble are unknown.
alter table node_status
    add column link_sources  text[] not null default '{}',
    add column link_troubles text[] not null default '{}',
    add constraint link_sources_fared check (cardinality(link_sources) = cardinality(link_troubles));
