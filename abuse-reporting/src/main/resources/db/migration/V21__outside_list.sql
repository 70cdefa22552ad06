-- Lists of addresses that somebody outside the co-op keeps. A removed one stays, without entries.
create table outside_list (
    list_id        uuid        primary key,
    name           text        not null check (name ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    kind           text        not null check (kind in ('url', 'upload', 'crowdsec')),
    url            text        check (length(url) <= 500),
    api_key        text        check (length(api_key) <= 200),
    enforced       boolean     not null,
    entries_max    int         not null check (entries_max between 1 and 200000),
    widest_v4      int         not null check (widest_v4 between 8 and 32),
    widest_v6      int         not null check (widest_v6 between 16 and 128),
    holds_hours    int         not null check (holds_hours between 1 and 2160),
    every_minutes  int         not null check (every_minutes between 1 and 10080),
    added_by       uuid        not null,
    added_at       timestamptz not null,
    removed_by     uuid,
    removed_at     timestamptz check ((removed_at is null) = (removed_by is null)),
    tried_at       timestamptz,
    taken_at       timestamptz,
    outcome        text,
    outcome_why    text,
    etag           text,
    modified_at    timestamptz,
    -- The next time everything is asked for, not what changed.
    whole_next     boolean     not null default true,
    own_members    int         not null default 0, -- members whom it would have hit
    check ((kind = 'upload') = (url is null)),
    check ((kind = 'crowdsec') = (api_key is not null))
);

create unique index outside_list_name on outside_list (name) where removed_at is null;

-- What is held of each list. None of them is a ban of people, and none of them touches one.
create table outside_entry (
    list_id uuid        not null references outside_list,
    prefix  cidr        not null,
    ban_id  uuid        not null unique,
    until   timestamptz not null,
    primary key (list_id, prefix)
);

create index outside_entry_until on outside_entry (until);

-- How many entries of the list were left out when it was read last, by reason.
create table outside_left_out (
    list_id uuid not null references outside_list,
    why     text not null,
    entries int  not null check (entries > 0),
    primary key (list_id, why)
);
