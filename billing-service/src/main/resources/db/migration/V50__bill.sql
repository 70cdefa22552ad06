-- A month is billed once per payer, whether or not it comes to an invoice. A line of a bill says what was charged, so that
-- a later bill can tell what is new.
create table bill (
    id        uuid        primary key,
    payer_id  uuid        not null,
    period    date        not null check (extract(day from period) = 1),
    billed_at timestamptz not null,
    unique (payer_id, period)
);

-- Lines of kind 'carried' move the sub-cent remainder from bill to bill; every other names what it charges.
create table bill_line (
    bill_id          uuid   not null references bill,
    line             int    not null check (line > 0),
    kind             text   not null check (kind in ('dues', 'usage', 'adjustment', 'carried')),
    charge           text   check (charge in ('dues', 'usage')),
    site_id          uuid,
    plan_code        text,
    plan_since       date,
    month            date   check (extract(day from month) = 1),
    from_on          date   not null,
    to_on            date   not null check (to_on > from_on),
    days             int    not null,
    internet_bytes   bigint not null,
    included_bytes   bigint not null,
    local_bytes      bigint not null,
    unit_price_micro bigint,
    saved_micro      bigint,
    amount_micro     bigint not null,
    currency         text   not null,
    windows          int    not null,
    gaps             int    not null,
    primary key (bill_id, line),
    check ((kind = 'carried') = (charge is null)),
    check (num_nulls(charge, site_id, plan_code, plan_since, month, unit_price_micro) in (0, 6))
);

-- A run over all payers for one month, by the clock or by the treasurer; finished once, repeated harmlessly.
create table bill_run (
    period      date        primary key check (extract(day from period) = 1),
    finished_at timestamptz not null,
    skipped     text        not null -- JSON: who was not billed, and why
);
