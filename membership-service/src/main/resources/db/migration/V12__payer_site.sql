-- Who gets bills. A payer need not be a member; every member starts with one of their own.
create table payer (
    id        uuid primary key,
    name      text not null check (name <> ''),
    email     text not null check (email <> ''),
    address   text not null,
    member_id uuid unique references member
);

-- A place that is connected. One member answers for it.
create table site (
    id        uuid             primary key,
    member_id uuid             not null references member,
    name      text             not null check (name <> ''),
    address   text             not null,
    latitude  double precision check (latitude between -90 and 90),
    longitude double precision check (longitude between -180 and 180),
    check ((latitude is null) = (longitude is null))
);
create index site_member on site (member_id);

-- What an applicant asked for; becomes a subscription on approval.
create table application (
    member_id uuid primary key references member,
    site_id   uuid not null references site,
    plan_code text not null check (plan_code <> '')
);

-- Who pays for a site on which plan from which day. The newest row whose day has come is in force; a row without payer
-- and plan ends the subscription.
create table subscription (
    id           bigint      generated always as identity primary key,
    site_id      uuid        not null references site,
    payer_id     uuid        references payer,
    plan_code    text        check (plan_code <> ''),
    effective_on date        not null,
    recorded_at  timestamptz not null,
    check ((payer_id is null) = (plan_code is null))
);
create index subscription_site on subscription (site_id, effective_on, id);
create index subscription_payer on subscription (payer_id);
