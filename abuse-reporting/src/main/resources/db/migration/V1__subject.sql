-- What must never be rewritten is guarded here: any table that hangs this trigger only ever grows.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

-- The co-op as membership-service describes it: one row.
create table coop (
    singleton boolean primary key check (singleton),
    name      text not null,
    time_zone text not null
);

-- A copy of the roster: that a member exists and in which state.
create table member (
    member_id uuid primary key,
    state     text not null check (state in ('active', 'paused', 'left'))
);

-- Who answers for a site and who pays for it. Two members with one payer are one household.
create table site (
    site_id   uuid primary key,
    member_id uuid not null,
    payer_id  uuid
);

create index site_member on site (member_id);
create index site_payer on site (payer_id);

create table node (
    node_id         text    primary key check (node_id ~ '^[0-9a-f]{64}$'),
    owner_member_id uuid    not null,
    site_id         uuid    not null,
    gateway         boolean not null,
    state           text    not null check (state in ('enrolled', 'retired', 'revoked'))
);

-- Which prefixes a site held, and when. Ended ones stay: a complaint is about the past.
create table attachment (
    attachment_id uuid        primary key,
    node_id       text        not null,
    site_id       uuid        not null,
    member_id     uuid        not null,
    prefix_v4     cidr        check (family(prefix_v4) = 4),
    prefix_v6     cidr        check (family(prefix_v6) = 6),
    router_v4     inet        check (family(router_v4) = 4),
    router_v6     inet        check (family(router_v6) = 6),
    attached_at   timestamptz not null,
    detached_at   timestamptz check (detached_at >= attached_at)
);

create index attachment_prefix_v4 on attachment using gist (prefix_v4 inet_ops);
create index attachment_prefix_v6 on attachment using gist (prefix_v6 inet_ops);
create index attachment_node on attachment (node_id);
create index attachment_member on attachment (member_id);

-- Every time somebody asked who stood behind an address: who asked, for which case, why, and what was found.
create table look_up (
    look_up_id    uuid        primary key,
    case_id       uuid        not null,
    moderator_id  uuid        not null,
    reason        text        not null check (length(reason) between 1 and 500),
    address       inet        not null,
    at            timestamptz not null,
    attachment_id uuid,
    looked_up_at  timestamptz not null
);

create index look_up_case on look_up (case_id);

create trigger look_up_only_grows before update or delete on look_up
    for each row execute function refuse_change();
create trigger look_up_is_never_emptied before truncate on look_up
    for each statement execute function refuse_change();
