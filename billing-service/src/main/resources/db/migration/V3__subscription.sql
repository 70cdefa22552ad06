-- Billing's copy of facts that membership-service owns. Facts are added, never changed: what was in force on a day is the
-- fact with the latest effective date up to that day; of two with one date, the one that occurred later.
create table coop (
    only_one  boolean primary key default true check (only_one),
    name      text not null,
    currency  text not null check (currency ~ '^[A-Z]{3}$'),
    time_zone text not null
);

create table member_fact (
    id           bigint generated always as identity primary key,
    member_id    uuid        not null,
    effective_on date        not null,
    occurred_at  timestamptz not null,
    state        text        not null check (state in ('active', 'paused', 'left'))
);
create index on member_fact (member_id);

-- Without payer and plan: from that day nobody pays for the site.
create table site_fact (
    id           bigint generated always as identity primary key,
    site_id      uuid        not null,
    effective_on date        not null,
    occurred_at  timestamptz not null,
    member_id    uuid        not null,
    payer_id     uuid,
    plan_code    text,
    check ((payer_id is null) = (plan_code is null))
);
create index on site_fact (site_id);
create index on site_fact (payer_id);
create index on site_fact (member_id);

create table node (
    node_id         text primary key check (node_id ~ '^[0-9a-f]{64}$'),
    owner_member_id uuid,
    site_id         uuid,
    gateway         boolean not null default false,
    state           text    not null check (state in ('enrolled', 'retired', 'revoked'))
);

-- Whose bytes an attachment's are, from when to when.
create table attachment_span (
    attachment_id uuid        not null,
    from_at       timestamptz not null,
    until_at      timestamptz check (until_at >= from_at),
    node_id       text        not null,
    site_id       uuid        not null,
    member_id     uuid        not null,
    primary key (attachment_id, from_at)
);
create index on attachment_span (site_id);
