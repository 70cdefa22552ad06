-- What follows from a standing. Days of grace are standing's.
create table access_policy (
    one              boolean     primary key default true check (one),
    slow_lane_kbit   int         not null check (slow_lane_kbit between 16 and 10000000),
    wall_after_days  int         not null check (wall_after_days between 0 and 365),
    fail_mode        text        not null check (fail_mode in ('keep', 'open')),
    list_lifetime_s  bigint      not null check (list_lifetime_s between 60 and 31536000),
    changed_at       timestamptz,
    changed_by       uuid
);
insert into access_policy (slow_lane_kbit, wall_after_days, fail_mode, list_lifetime_s)
values (1000, 14, 'keep', 604800);
