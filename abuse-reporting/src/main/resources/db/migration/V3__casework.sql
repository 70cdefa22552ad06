-- What reports about one thing are gathered in.
create table abuse_case (
    case_id           uuid        primary key,
    number            bigint      generated always as identity unique,
    category          text        not null,
    address           inet,
    port              integer     check (port between 1 and 65535),
    observed_at       timestamptz not null,
    -- Two reports with one key and category are about the same thing; never shown.
    subject_key       text,
    subject_member_id uuid,
    opened_at         timestamptz not null,
    due_at            timestamptz not null,
    state             text        not null check (state in ('open', 'underReview', 'decided', 'closed')),
    moderator_id      uuid        check ((state = 'open') = (moderator_id is null)),
    claimed_at        timestamptz check ((state = 'underReview') = (claimed_at is not null)),
    upheld            boolean     check ((state in ('decided', 'closed')) = (upheld is not null)),
    decided_at        timestamptz check ((state in ('decided', 'closed')) = (decided_at is not null)),
    closed_at         timestamptz check ((state = 'closed') = (closed_at is not null) and closed_at >= decided_at)
);

create index abuse_case_subject on abuse_case (category, subject_key, opened_at);
create index abuse_case_state on abuse_case (state, number);
create index abuse_case_decided on abuse_case (decided_at) where state = 'decided';

create table case_report (
    report_id uuid        primary key references report,
    case_id   uuid        not null references abuse_case,
    added_at  timestamptz not null
);

create index case_report_case on case_report (case_id);

-- What moderators wrote down.
create table case_note (
    note_number  bigint      generated always as identity primary key,
    case_id      uuid        not null references abuse_case,
    moderator_id uuid        not null,
    text         text        not null check (length(text) between 1 and 5000),
    noted_at     timestamptz not null
);

create index case_note_case on case_note (case_id, note_number);

create trigger case_note_only_grows before update or delete on case_note
    for each row execute function refuse_change();
create trigger case_note_is_never_emptied before truncate on case_note
    for each statement execute function refuse_change();
