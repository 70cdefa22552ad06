-- What the board set, when, and why: the newest row is the policy in force. Nothing stands here before the first change.
create table access_policy_change (
    number               bigint      generated always as identity primary key,
    slow_lane_kbit       int         not null,
    slow_lane_after_days int         not null,
    wall_after_days      int         not null,
    fail_mode            text        not null,
    list_lifetime_s      bigint      not null,
    reason               text        not null check (length(reason) between 1 and 500),
    changed_by           uuid        not null,
    changed_at           timestamptz not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger access_policy_change_only_grows before update or delete on access_policy_change
    for each row execute function refuse_change();
create trigger access_policy_change_is_never_emptied before truncate on access_policy_change
    for each statement execute function refuse_change();
