-- Whose programs report with a key; of the key its SHA-256 alone.
create table report_partner (
    partner_id       uuid        primary key,
    name             text        not null check (length(name) between 1 and 100),
    trusted          boolean     not null,
    reports_per_hour integer     not null check (reports_per_hour between 1 and 100000),
    key_hash         bytea       not null unique check (length(key_hash) = 32),
    added_by         uuid        not null,
    added_at         timestamptz not null,
    ended_by         uuid,
    ended_at         timestamptz check ((ended_at is null) = (ended_by is null))
);

-- Whose reports open no case for a while. Who it is stands here as a hash: a moderator who mutes learns no name.
create table report_mute (
    mute_number   bigint      generated always as identity unique,
    mute_id       uuid        primary key,
    report_id     uuid        not null references report,
    kind          text        not null,
    reporter_hash bytea       not null check (length(reporter_hash) = 32),
    reason        text        not null check (length(reason) between 1 and 500),
    muted_by      uuid        not null,
    muted_at      timestamptz not null,
    until         timestamptz not null check (until > muted_at)
);

create index report_mute_reporter on report_mute (reporter_hash, until);

create table report_mute_end (
    mute_id   uuid        primary key references report_mute,
    lifted_by uuid        not null,
    reason    text        not null check (length(reason) between 1 and 500),
    lifted_at timestamptz not null
);

create trigger report_mute_only_grows before update or delete on report_mute for each row execute function refuse_change();
create trigger report_mute_is_never_emptied before truncate on report_mute for each statement execute function refuse_change();
create trigger report_mute_end_only_grows before update or delete on report_mute_end for each row execute function refuse_change();
create trigger report_mute_end_is_never_emptied before truncate on report_mute_end for each statement execute function refuse_change();
