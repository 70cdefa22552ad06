-- Complaints as they came. The follow-up token is kept as its SHA-256 only.
create table report (
    report_id          uuid        primary key,
    category           text        not null,
    reporter_kind      text        not null check (reporter_kind in ('member', 'mail', 'anonymous')),
    reporter_member_id uuid        check ((reporter_kind = 'member') = (reporter_member_id is not null)),
    reporter_email     text        check ((reporter_kind = 'mail') = (reporter_email is not null)),
    token_hash         bytea       not null check (length(token_hash) = 32),
    address            inet,
    port               integer     check (port between 1 and 65535),
    observed_at        timestamptz not null,
    description        text        check (length(description) <= 10000),
    url                text        check (length(url) <= 2000),
    received_at        timestamptz not null,
    state              text        not null
        check (state in ('received', 'under_review', 'upheld', 'dismissed', 'overturned')),
    unique (report_id, category),
    constraint no_child_safety_description check (category <> 'child_safety' or description is null)
);

create index report_reporter on report (reporter_member_id, received_at) where reporter_member_id is not null;

-- Files as they came, never opened. Of child_safety nothing but the hash can be stored.
create table evidence (
    evidence_id  uuid   primary key,
    report_id    uuid   not null,
    category     text   not null,
    content_type text   not null,
    sha256       bytea  not null check (length(sha256) = 32),
    size_bytes   bigint not null check (size_bytes >= 0),
    content      bytea,
    foreign key (report_id, category) references report (report_id, category),
    constraint no_child_safety_content check (category <> 'child_safety' or content is null)
);

create index evidence_report on evidence (report_id);

create trigger evidence_only_grows before update on evidence for each row execute function refuse_change();
