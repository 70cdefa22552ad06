-- By which parameters a gateway shares its outside addresses, since when: what turns an outside address, a port and a time into
-- an inside prefix. Rows are added, never changed.
create table port_block_epoch (
    node_id     text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    since       timestamptz not null,
    -- When the node told so.
    told_at     timestamptz not null,
    -- All absent: from here on ports say nothing.
    inside      cidr        check (family(inside) = 4),
    slot_length int         check (slot_length between masklen(inside) and 32),
    outside     inet[]      check (cardinality(outside) between 1 and 16),
    first_port  int         check (first_port >= 1024),
    last_port   int         check (last_port between first_port and 64511),
    block_ports int         check (block_ports between 1 and last_port - first_port + 1),
    primary key (node_id, since),
    check (num_nulls(inside, slot_length, outside, first_port, last_port, block_ports) in (0, 6))
);
