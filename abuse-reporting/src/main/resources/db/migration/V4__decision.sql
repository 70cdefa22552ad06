-- What moderators decided, as they drafted it. What became of it stands in decision_step.
create table decision (
    decision_id       uuid        primary key,
    decision_number   bigint      generated always as identity unique,
    case_id           uuid        not null references abuse_case,
    moderator_id      uuid        not null,
    upheld            boolean     not null,
    rule              text        not null check (length(rule) between 1 and 500),
    reason            text        not null check (length(reason) between 1 and 5000),
    statement         text        not null,
    subject_member_id uuid,
    drafted_at        timestamptz not null
);

create index decision_case on decision (case_id);
create index decision_subject on decision (subject_member_id) where subject_member_id is not null;

-- No step: proposed. Settled: in force or dismissed. A decision ends once at most.
create table decision_step (
    decision_id  uuid        not null references decision,
    step         text        not null check (step in ('settled', 'declined', 'reversed')),
    by_member_id uuid        not null,
    reason       text        check ((step = 'settled') = (reason is null)),
    at           timestamptz not null,
    primary key (decision_id, step)
);

create unique index decision_ends_once on decision_step (decision_id) where step in ('declined', 'reversed');

create table measure (
    measure_id     uuid        primary key,
    decision_id    uuid        not null references decision,
    position       integer     not null,
    kind           text        not null check (kind in ('warning', 'slowLane', 'suspension', 'ban')),
    target_kind    text        not null check (target_kind in ('member', 'address', 'node')),
    target_value   text        not null,
    slow_lane_kbit integer     check ((kind = 'slowLane') = (slow_lane_kbit is not null)),
    until          timestamptz,
    permanent      boolean     not null,
    unique (decision_id, position),
    constraint only_bans_aim_at_things check (kind = 'ban' or target_kind = 'member'),
    constraint every_measure_ends_or_says_never
        check (case when kind = 'warning' then until is null and not permanent else (until is null) = permanent end)
);

create table measure_end (
    measure_id uuid        primary key references measure,
    how        text        not null check (how in ('expired', 'reversed')),
    at         timestamptz not null
);

-- What binds members at present, bans apart: follows from the tables above, kept for the clock to look at.
create table measure_in_force (
    measure_id  uuid        primary key references measure,
    decision_id uuid        not null references decision,
    member_id   uuid        not null,
    until       timestamptz
);

create index measure_in_force_until on measure_in_force (until) where until is not null;
create index measure_in_force_decision on measure_in_force (decision_id);

create trigger decision_only_grows before update or delete on decision
    for each row execute function refuse_change();
create trigger decision_is_never_emptied before truncate on decision
    for each statement execute function refuse_change();
create trigger decision_step_only_grows before update or delete on decision_step
    for each row execute function refuse_change();
create trigger decision_step_is_never_emptied before truncate on decision_step
    for each statement execute function refuse_change();
create trigger measure_only_grows before update or delete on measure
    for each row execute function refuse_change();
create trigger measure_is_never_emptied before truncate on measure
    for each statement execute function refuse_change();
create trigger measure_end_only_grows before update or delete on measure_end
    for each row execute function refuse_change();
create trigger measure_end_is_never_emptied before truncate on measure_end
    for each statement execute function refuse_change();
