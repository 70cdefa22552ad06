-- What moderators say they worked, for their pay; a mistake is withdrawn, nothing is changed.
create table worked_hours (
    hours_id     uuid        primary key,
    moderator_id uuid        not null,
    worked_on    date        not null,
    minutes      int         not null check (minutes between 1 and 1440),
    what         text        not null check (length(what) between 1 and 500),
    logged_at    timestamptz not null
);
create index worked_hours_moderator on worked_hours (moderator_id, worked_on);
create index worked_hours_day on worked_hours (worked_on);

create table hours_withdrawal (
    hours_id     uuid        primary key references worked_hours,
    reason       text        not null check (length(reason) between 1 and 500),
    withdrawn_at timestamptz not null
);

create trigger worked_hours_only_grows before update or delete on worked_hours
    for each row execute function refuse_change();
create trigger worked_hours_is_never_emptied before truncate on worked_hours
    for each statement execute function refuse_change();
create trigger hours_withdrawal_only_grows before update or delete on hours_withdrawal
    for each row execute function refuse_change();
create trigger hours_withdrawal_is_never_emptied before truncate on hours_withdrawal
    for each statement execute function refuse_change();
