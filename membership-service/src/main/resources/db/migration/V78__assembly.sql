-- By which rules the assembly decides: the newest row is in force for what is seconded from then on. Nothing stands here before the
-- first change.
create table assembly_terms (
    number          bigint      generated always as identity primary key,
    quorum_percent  int         not null check (quorum_percent between 0 and 100),
    majority        text        not null check (majority in ('simple', 'two-thirds')),
    rules_majority  text        not null check (rules_majority in ('simple', 'two-thirds')),
    seconders       int         not null check (seconders between 0 and 100),
    discussion_days int         not null check (discussion_days between 0 and 90),
    voting_days     int         not null check (voting_days between 1 and 60),
    reason          text        not null check (length(reason) between 1 and 500),
    changed_by      uuid        not null,
    changed_at      timestamptz not null
);
create trigger assembly_terms_only_grows before update or delete on assembly_terms
    for each row execute function refuse_change();
create trigger assembly_terms_is_never_emptied before truncate on assembly_terms
    for each statement execute function refuse_change();

-- What is put before the assembly. The state decides which columns are there; a wrong mixture cannot be stored.
create table proposal (
    id               uuid        primary key,
    number           int         generated always as identity unique,
    by_member        uuid        not null references member,
    title            text        not null check (length(title) between 1 and 200),
    body             text        not null check (length(body) between 1 and 20000),
    change           jsonb       not null,
    effect_from      date, -- null: as soon as it is adopted
    submitted_at     timestamptz not null,
    state            text        not null check (state in ('draft', 'discussion', 'voting', 'counted', 'withdrawn')),
    quorum_percent   int         check (quorum_percent between 0 and 100),
    majority         text        check (majority in ('simple', 'two-thirds')),
    opens_on         date,
    closes_on        date        check (closes_on >= opens_on),
    effective_on     date        check (effective_on > closes_on),
    electorate       int         check (electorate >= 0),
    ballot_key       text,
    yes              int         check (yes >= 0),
    no               int         check (no >= 0),
    abstain          int         check (abstain >= 0),
    outcome          text        check (outcome in ('adopted', 'rejected', 'no-quorum')),
    counted_at       timestamptz,
    applied_at       timestamptz check (applied_at is null or outcome = 'adopted'),
    withdrawn_by     uuid        references member,
    withdrawn_why    text        check (length(withdrawn_why) between 1 and 500),
    check ((state in ('discussion', 'voting', 'counted')) = (opens_on is not null)),
    check ((opens_on is null) = (closes_on is null) and (opens_on is null) = (effective_on is null)),
    check ((opens_on is null) = (quorum_percent is null) and (opens_on is null) = (majority is null)),
    check ((state in ('voting', 'counted')) = (ballot_key is not null) and (ballot_key is null) = (electorate is null)),
    check ((state = 'counted') = (outcome is not null) and (outcome is null) = (yes is null)),
    check ((yes is null) = (no is null) and (yes is null) = (abstain is null) and (yes is null) = (counted_at is null)),
    check (yes + no + abstain <= electorate),
    check ((state = 'withdrawn') = (withdrawn_why is not null) and (withdrawn_why is null) = (withdrawn_by is null))
);
create index proposal_under_way on proposal (number) where state in ('discussion', 'voting') or outcome = 'adopted' and applied_at is null;
create index proposal_by_member on proposal (by_member) where state = 'draft';

-- Who wants to have it voted on.
create table proposal_second (
    proposal_id uuid        not null references proposal,
    member_id   uuid        not null references member,
    at          timestamptz not null,
    primary key (proposal_id, member_id)
);

-- What members say about it. Words that were hidden stay, with who hid them and why.
create table proposal_comment (
    id          bigint      generated always as identity primary key,
    proposal_id uuid        not null references proposal,
    member_id   uuid        not null references member,
    at          timestamptz not null,
    text        text        not null check (length(text) between 1 and 2000),
    hidden_by   uuid        references member,
    hidden_why  text        check (length(hidden_why) between 1 and 500),
    check ((hidden_by is null) = (hidden_why is null))
);
create index proposal_comment_proposal on proposal_comment (proposal_id, id);
