-- What members settle by, from a month on: the rate of reciprocity and the most that carriage may cost. Zero is off.
create table settlement_terms (
    first_month   date        primary key check (extract(day from first_month) = 1),
    rate_micro    bigint      not null check (rate_micro >= 0),    -- per 10^9 bytes
    ceiling_micro bigint      not null check (ceiling_micro >= 0), -- per 10^9 bytes
    currency      text        not null check (currency ~ '^[A-Z]{3}$'),
    declared_by   uuid        not null,
    declared_at   timestamptz not null
);

-- What the owner of a node asks for carrying a GB, from an hour on.
create table carriage_price (
    node_id     text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    from_hour   timestamptz not null check (from_hour = date_trunc('hour', from_hour, 'UTC')),
    price_micro bigint      not null check (price_micro >= 0), -- per 10^9 bytes
    currency    text        not null check (currency ~ '^[A-Z]{3}$'),
    set_by      uuid        not null,
    set_at      timestamptz not null,
    primary key (node_id, from_hour)
);

-- Up to which hour carriage was charged.
create table settlement_progress (
    only_one      boolean     primary key default true check (only_one),
    settled_until timestamptz not null
);

-- A month of reciprocity; a later revision counts what came to light since and posts only the difference.
create table settlement_month (
    id          uuid        primary key,
    month       date        not null check (extract(day from month) = 1),
    revision    int         not null check (revision > 0),
    made_at     timestamptz not null,
    looked_with date        not null, -- The month with whose closing it was last looked at.
    rate_micro  bigint      not null check (rate_micro >= 0),
    currency    text        not null,
    facts       text        not null, -- JSON: what each payer's sites carried and originated
    unique (month, revision)
);

-- What one payer pays, or below zero receives. Reciprocity: one a revision. Carriage: one that grows each hour until a bill
-- takes it, then the next.
create table settlement_entry (
    id           uuid   primary key,
    kind         text   not null check (kind in ('reciprocity', 'carriage-paid', 'carriage-earned')),
    month        date   not null check (extract(day from month) = 1),
    payer_id     uuid   not null,
    revision_id  uuid references settlement_month,
    participant  int,
    amount_micro bigint not null,
    posted_micro bigint not null,
    currency     text   not null,
    bill_id      uuid,
    check ((kind = 'reciprocity') = (revision_id is not null) and (kind = 'reciprocity') = (participant is not null))
);
create index on settlement_entry (payer_id) where bill_id is null and posted_micro <> 0;
create index on settlement_entry (month, payer_id);
create index on settlement_entry (revision_id);
create unique index settlement_entry_growing on settlement_entry (payer_id, month, kind)
    where bill_id is null and kind <> 'reciprocity';

-- What an entry of carriage is made of.
create table carriage_part (
    entry_id     uuid   not null references settlement_entry,
    node_id      text   not null,
    price_micro  bigint not null,
    bytes        bigint not null,
    amount_micro bigint not null,
    primary key (entry_id, node_id, price_micro)
);

-- Bytes of an hour that were charged, at which price.
create table carriage_hour (
    hour        timestamptz not null,
    node_id     text        not null,
    site_id     uuid        not null,
    price_micro bigint      not null,
    bytes       bigint      not null check (bytes >= 0),
    primary key (hour, node_id, site_id)
);

-- Bytes of a month that were charged: prices are of the sum, so that nothing is lost between hours.
create table carriage_total (
    month       date   not null,
    node_id     text   not null,
    site_id     uuid   not null,
    payer_id    uuid   not null,
    carrier_id  uuid   not null, -- The payer who earns it.
    price_micro bigint not null,
    bytes       bigint not null check (bytes >= 0),
    primary key (month, node_id, site_id, payer_id, carrier_id, price_micro)
);
