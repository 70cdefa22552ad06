-- Windows that a node says it lost. Nothing is billed for them; the invoice shows how many there were.
create table usage_gap (
    node_id  bytea       not null,
    boot_id  uuid        not null,
    -- The report that told it.
    sequence bigint      not null,
    lost_from timestamptz not null,
    lost_to  timestamptz not null check (lost_to >= lost_from),
    cause    text        not null check (cause in ('unspecified', 'poweredOff', 'spoolFull', 'spoolDamaged', 'clockMoved')),
    windows  integer     not null check (windows >= 0),
    primary key (node_id, boot_id, sequence)
);

create index usage_gap_by_time on usage_gap (node_id, lost_from);
