-- What is dropped by address at present, by each who says so: a ban of people, or an entry of an outside list.
create table feed_source (
    ban_id   uuid        primary key,
    prefix   cidr        not null,
    origin   text        not null check (origin ~ '^[a-z]{1,20}$'),
    scenario text        not null check (length(scenario) between 1 and 60),
    until    timestamptz
);

create index feed_source_prefix on feed_source (prefix);

-- One row: the version of the feed. Whoever changes it holds this row until commit, so versions become visible in order.
create table feed_head (
    singleton boolean primary key check (singleton),
    version   bigint  not null,
    -- Changes up to here are no longer kept.
    forgotten bigint  not null
);

-- What firewalls are told, one per prefix at a time: the source that holds longest. An ended one stays for who has not heard yet.
create table feed_decision (
    decision_number bigint      generated always as identity primary key,
    ban_id          uuid        not null,
    prefix          cidr        not null,
    origin          text        not null,
    scenario        text        not null,
    until           timestamptz,
    began           bigint      not null,
    ended           bigint      check (ended > began),
    ended_at        timestamptz check ((ended is null) = (ended_at is null))
);

create unique index feed_decision_present on feed_decision (prefix) where ended is null;
create index feed_decision_covers on feed_decision using gist (prefix inet_ops) where ended is null;
create index feed_decision_began on feed_decision (began);
create index feed_decision_ended on feed_decision (ended) where ended is not null;

-- A key for firewalls. What it is can be read once, when it is made; kept is its SHA-256.
create table bouncer (
    bouncer_id uuid        primary key,
    name       text        not null check (length(name) between 1 and 80),
    key_digest bytea       not null unique check (length(key_digest) = 32),
    made_by    uuid        not null,
    made_at    timestamptz not null,
    revoked_by uuid,
    revoked_at timestamptz check ((revoked_at is null) = (revoked_by is null))
);

-- Where a key is used from, and how far that firewall has been told; null: never the whole.
create table bouncer_place (
    bouncer_id uuid        not null references bouncer,
    address    inet        not null,
    agent      text        not null check (length(agent) <= 100),
    told       bigint,
    first_at   timestamptz not null,
    seen_at    timestamptz not null,
    dropped    bigint      not null default 0 check (dropped >= 0), -- packets, as the firewall says
    primary key (bouncer_id, address)
);

insert into feed_source (ban_id, prefix, origin, scenario, until)
select ban_id, cast(target_value as cidr), 'coopmesh', 'coopmesh/ban', f.until
  from ban_in_force f join ban using (ban_id) where target_kind = 'address';

insert into feed_decision (ban_id, prefix, origin, scenario, until, began)
select ban_id, prefix, origin, scenario, until, 1 from feed_source;

insert into feed_head values (true, 1, 0);
