-- Who belongs. The state decides which dates are there; a wrong mixture cannot be stored.
create table member (
    id            uuid        primary key,
    name          text        not null check (name <> ''),
    email         text        not null check (email <> ''),
    phone         text,
    state         text        not null check (state in ('applicant', 'active', 'paused', 'left', 'refused')),
    rules_version integer     not null check (rules_version >= 1),
    applied_at    timestamptz not null,
    joined_on     date,
    paused_from   date,
    left_on       date,
    closed_why    text,
    check ((state in ('active', 'paused', 'left')) = (joined_on is not null)),
    check ((state = 'paused') = (paused_from is not null)),
    check ((state = 'left') = (left_on is not null)),
    check ((state in ('left', 'refused')) = (closed_why is not null))
);
create unique index member_email on member (lower(email));
create index member_state on member (state, id);
create index member_applied on member (applied_at);

-- What has happened to a member, newest last; shown on the member's page and never edited.
create table member_timeline (
    id        bigint      generated always as identity primary key,
    member_id uuid        not null references member,
    at        timestamptz not null,
    kind      text        not null check (kind <> ''),
    detail    jsonb       not null default '{}'
);
create index member_timeline_member on member_timeline (member_id, id);

-- A pause, return or leaving that was agreed for a later day; gone once it has been done.
create table member_plan (
    member_id uuid not null references member,
    kind      text not null check (kind in ('pause', 'resume', 'leave')),
    due_on    date not null,
    reason    text not null,
    by_member uuid not null,
    primary key (member_id, kind)
);
create index member_plan_due on member_plan (due_on);
