-- By which parameters a gateway shares its outside addresses, since when: what turns an outside address, a port and a time into
-- an inside prefix. Rows are added, never changed.
create table port_block_epoch (
    node_id     text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    since       timestamptz not null,
    -- All absent: from here on ports say nothing.
    inside      cidr        check (family(inside) = 4),
    slot_length integer     check (slot_length between masklen(inside) and 32),
    outside     inet[]      check (cardinality(outside) between 1 and 16),
    first_port  integer     check (first_port >= 1),
    last_port   integer     check (last_port between first_port and 65535),
    block_ports integer     check (block_ports between 1 and last_port - first_port + 1),
    primary key (node_id, since),
    check (num_nulls(inside, slot_length, outside, first_port, last_port, block_ports) in (0, 6))
);

create index port_block_epoch_outside on port_block_epoch using gin (outside);

create trigger port_block_epoch_only_grows before update or delete on port_block_epoch
    for each row execute function refuse_change();
create trigger port_block_epoch_is_never_emptied before truncate on port_block_epoch
    for each statement execute function refuse_change();
