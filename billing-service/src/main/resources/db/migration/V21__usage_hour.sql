-- What one node counted for one attachment in the windows that began in one hour. A window that ends in the next hour is
-- put down whole to the hour in which it began. Written in the transaction that makes the reports durable.
create table usage_hour (
    attachment_id       uuid        not null,
    hour                timestamptz not null check (hour = date_trunc('hour', hour, 'UTC')),
    node_id             bytea       not null,
    -- True where the attachment is the node's own; else these are bytes carried for it.
    own                 boolean     not null,
    internet_bytes_down bigint      not null check (internet_bytes_down >= 0),
    internet_bytes_up   bigint      not null check (internet_bytes_up >= 0),
    local_bytes_down    bigint      not null check (local_bytes_down >= 0),
    local_bytes_up      bigint      not null check (local_bytes_up >= 0),
    windows             integer     not null check (windows > 0),
    primary key (attachment_id, hour, node_id, own)
) with (fillfactor = 80);

create index usage_hour_age on usage_hour using brin (hour);
