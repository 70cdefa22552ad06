-- Bans as they were ordered. What became of them stands in ban_step.
create table ban (
    ban_id       uuid        primary key,
    ban_number   bigint      generated always as identity unique,
    target_kind  text        not null check (target_kind in ('member', 'address', 'node')),
    -- A member's id, a canonical CIDR, or a node's id.
    target_value text        not null,
    until        timestamptz check (until > ordered_at),
    permanent    boolean     not null,
    reason       text        not null check (length(reason) between 1 and 500),
    case_id      uuid,
    decision_id  uuid        references decision,
    measure_id   uuid        references measure check ((decision_id is null) = (measure_id is null)),
    ordered_by   uuid        not null,
    ordered_at   timestamptz not null,
    constraint every_ban_ends_or_says_never check ((until is null) = permanent),
    -- The cast refuses what is no prefix, or has bits set behind its length.
    constraint addresses_are_prefixes check (target_kind <> 'address' or cast(target_value as cidr) is not null)
);

create index ban_decision on ban (decision_id) where decision_id is not null;

-- No step: proposed. A ban is imposed once and ends once at most.
create table ban_step (
    ban_id       uuid        not null references ban,
    step         text        not null check (step in ('imposed', 'declined', 'lifted', 'expired', 'replaced')),
    by_member_id uuid        check ((step in ('imposed', 'declined', 'lifted')) = (by_member_id is not null)),
    reason       text        check ((step in ('declined', 'lifted')) = (reason is not null)),
    at           timestamptz not null,
    primary key (ban_id, step)
);

create unique index ban_ends_once on ban_step (ban_id) where step <> 'imposed';

-- What is banned at present: follows from the tables above. One ban per target.
create table ban_in_force (
    target text        primary key,
    ban_id uuid        not null unique references ban,
    until  timestamptz
);

create index ban_in_force_until on ban_in_force (until) where until is not null;

-- What this co-op decided never to ban; removed entries stay.
create table never_ban (
    never_ban_id uuid        primary key,
    prefix       cidr        not null,
    reason       text        not null check (length(reason) between 1 and 500),
    added_by     uuid        not null,
    added_at     timestamptz not null,
    removed_by   uuid,
    removed_at   timestamptz check ((removed_at is null) = (removed_by is null)),
    removed_why  text        check ((removed_at is null) = (removed_why is null))
);

create index never_ban_prefix on never_ban using gist (prefix inet_ops) where removed_at is null;

create trigger ban_only_grows before update or delete on ban for each row execute function refuse_change();
create trigger ban_is_never_emptied before truncate on ban for each statement execute function refuse_change();
create trigger ban_step_only_grows before update or delete on ban_step
    for each row execute function refuse_change();
create trigger ban_step_is_never_emptied before truncate on ban_step
    for each statement execute function refuse_change();
