-- Old hours are summed up by the day of the co-op's calendar, then removed. 'hour' is the moment at which the day begins there,
-- so that months in the co-op's time zone still sum up exactly.
create table usage_daily (
    attachment_id       uuid        not null,
    hour                timestamptz not null,
    node_id             bytea       not null,
    own                 boolean     not null,
    internet_bytes_down bigint      not null check (internet_bytes_down >= 0),
    internet_bytes_up   bigint      not null check (internet_bytes_up >= 0),
    local_bytes_down    bigint      not null check (local_bytes_down >= 0),
    local_bytes_up      bigint      not null check (local_bytes_up >= 0),
    windows             integer     not null check (windows > 0),
    primary key (attachment_id, hour, node_id, own)
);

create index usage_daily_age on usage_daily using brin (hour);

-- What was counted, by the hour as long as hours are kept and by the day before that.
create view usage_counted as
    select attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up, local_bytes_down, local_bytes_up, windows
    from usage_hour
    union all
    select attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up, local_bytes_down, local_bytes_up, windows
    from usage_daily;
