-- Who asked for a link to appeal by, against whatever bans an address. Gone after a day.
create table plea_asking (
    asking_id  uuid        primary key,
    address    inet        not null,
    email      text        not null check (length(email) between 3 and 254),
    language   text        not null check (language in ('en', 'es', 'ca', 'de', 'fr')),
    token_hash bytea       check (length(token_hash) = 32), -- null until the letter leaves
    asked_at   timestamptz not null
);

create index plea_asking_asked on plea_asking (asked_at);

-- Appeals of people who are no members against bans of addresses: one for each ban and mail address.
create table plea (
    plea_id     uuid        primary key,
    plea_number bigint      generated always as identity unique,
    ban_id      uuid        not null references ban,
    address     inet        not null,
    email       text        check (length(email) between 3 and 254), -- null once its time is over
    language    text        not null check (language in ('en', 'es', 'ca', 'de', 'fr')),
    text        text        check (length(text) between 1 and 5000), -- null once its time is over
    lodged_at   timestamptz not null,
    due_at      timestamptz not null check (due_at > lodged_at)
);

create unique index plea_once on plea (ban_id, lower(email));
create index plea_due on plea (due_at, plea_number);

-- No row: lodged. Over: the ban ended by its own time, or gave way to another.
create table plea_end (
    plea_id      uuid        primary key references plea,
    outcome      text        not null check (outcome in ('granted', 'refused', 'over')),
    by_member_id uuid        check ((outcome = 'over') = (by_member_id is null)),
    reason       text        check ((outcome = 'over') = (reason is null) and length(reason) between 1 and 5000),
    at           timestamptz not null
);

create trigger plea_end_only_grows before update or delete on plea_end
    for each row execute function refuse_change();
create trigger plea_end_is_never_emptied before truncate on plea_end
    for each statement execute function refuse_change();
