-- Days are summed up soon after their hours are over, and the hours stay beside them for as long as they are kept. What is
-- asked of whole days (a month's bill) reads 24 times less; what is asked of hours still finds them.
create table usage_summed (
    only_one   boolean     primary key default true check (only_one),
    -- In whose days; said once, when the first hour is summed up.
    time_zone  text,
    -- Hours before this one are in usage_daily. Who adds to such an hour adds to its day too, holding this row.
    summed_to  timestamptz not null default '1970-01-01 00:00Z',
    -- Hours before this one are no longer read, and are on their way out: their days stand for them. A day begins with it.
    hours_from timestamptz not null default '1970-01-01 00:00Z',
    check (hours_from <= summed_to),
    check (time_zone is not null or summed_to = '1970-01-01 00:00Z')
);

insert into usage_summed default values;

-- Until now an hour that was summed up was removed at once. The last such day may be half removed: here it is ended.
with last as (
    select time_zone, date_trunc('hour', date_trunc('day', max(hour) + interval '26 hours', time_zone), 'UTC') as next
      from usage_daily cross join coop group by time_zone
), gone as (
    delete from usage_hour where hour < (select next from last) returning *
), summed as (
    insert into usage_daily as d (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up, local_bytes_down,
        local_bytes_up, windows)
    select attachment_id, date_trunc('day', hour + interval '59 minutes 59 seconds', time_zone), node_id, own,
           least(9223372036854775807, sum(internet_bytes_down)), least(9223372036854775807, sum(internet_bytes_up)),
           least(9223372036854775807, sum(local_bytes_down)), least(9223372036854775807, sum(local_bytes_up)), sum(gone.windows)
      from gone cross join last group by 1, 2, 3, 4
    on conflict (attachment_id, hour, node_id, own) do update set
        internet_bytes_down = least(9223372036854775807, d.internet_bytes_down::numeric + excluded.internet_bytes_down),
        internet_bytes_up = least(9223372036854775807, d.internet_bytes_up::numeric + excluded.internet_bytes_up),
        local_bytes_down = least(9223372036854775807, d.local_bytes_down::numeric + excluded.local_bytes_down),
        local_bytes_up = least(9223372036854775807, d.local_bytes_up::numeric + excluded.local_bytes_up),
        windows = d.windows + excluded.windows
)
update usage_summed set time_zone = last.time_zone, summed_to = next, hours_from = next from last;

-- A day is added to some times while it is summed up: room in the page keeps its index as it is.
alter table usage_daily set (fillfactor = 80);

-- What was counted, by the hour as long as hours are kept and by the day before that.
create or replace view usage_counted as
    select attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up, local_bytes_down, local_bytes_up, windows
    from usage_hour where hour >= (select hours_from from usage_summed)
    union all
    select attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up, local_bytes_down, local_bytes_up, windows
    from usage_daily where hour < (select hours_from from usage_summed);
