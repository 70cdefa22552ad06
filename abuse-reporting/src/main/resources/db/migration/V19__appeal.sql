-- Appeals as members lodged them: one for each decision. What came of them stands in appeal_end.
create table appeal (
    appeal_id     uuid        primary key,
    appeal_number bigint      generated always as identity unique,
    decision_id   uuid        not null unique references decision,
    case_id       uuid        not null references abuse_case,
    member_id     uuid        not null,
    text          text        not null check (length(text) between 1 and 5000),
    lodged_at     timestamptz not null,
    due_at        timestamptz not null check (due_at > lodged_at)
);

create index appeal_member on appeal (member_id, appeal_number);
create index appeal_due on appeal (due_at, appeal_number);

-- No row: lodged.
create table appeal_end (
    appeal_id    uuid        primary key references appeal,
    outcome      text        not null check (outcome in ('granted', 'refused')),
    by_member_id uuid        not null,
    reason       text        not null check (length(reason) between 1 and 5000),
    at           timestamptz not null
);

create trigger appeal_only_grows before update or delete on appeal for each row execute function refuse_change();
create trigger appeal_is_never_emptied before truncate on appeal for each statement execute function refuse_change();
create trigger appeal_end_only_grows before update or delete on appeal_end
    for each row execute function refuse_change();
create trigger appeal_end_is_never_emptied before truncate on appeal_end
    for each statement execute function refuse_change();
