-- What is given back for outages that begin on a day or later. Set by one of the board, or by a resolution of the assembly.
create table outage_rule (
    effective_on date        primary key,
    after_hours  int         not null check (after_hours between 1 and 720),
    percent      int         not null check (percent between 0 and 100), -- of the dues of its time
    declared_by  uuid,
    resolution   int,
    declared_at  timestamptz not null,
    check (num_nonnulls(declared_by, resolution) = 1)
);

-- An attachment that was out, as membership stated it. Stated twice it is here once.
create table outage (
    attachment_id  uuid        not null,
    began_at       timestamptz not null,
    ended_at       timestamptz not null check (ended_at > began_at),
    node_id        text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    site_id        uuid        not null,
    member_id      uuid        not null, -- Who answered for the site when it began.
    fault_node_id  text        check (fault_node_id ~ '^[0-9a-f]{64}$'), -- What broke; null where that is not known.
    heard_at       timestamptz not null,
    gives          boolean, -- Whether the rule of its day gives anything for it.
    reckoned_until timestamptz, -- Up to here it was looked at, with the closing of a month.
    primary key (attachment_id, began_at),
    check ((gives is null) = (reckoned_until is null))
);
create index on outage (site_id, began_at);
create index on outage (member_id);
create index outage_waiting on outage (began_at) where reckoned_until is null or reckoned_until < ended_at;

-- What one payer gets back for the part of an outage in one month.
create table outage_credit (
    id            uuid        primary key,
    attachment_id uuid        not null,
    began_at      timestamptz not null,
    month         date        not null check (extract(day from month) = 1),
    payer_id      uuid        not null,
    label         text        not null,
    amount_micro  bigint      not null check (amount_micro > 0),
    currency      text        not null check (currency ~ '^[A-Z]{3}$'),
    percent       int         not null check (percent between 1 and 100),
    month_seconds bigint      not null check (month_seconds > 0),
    parts         text        not null, -- JSON: from, to and the dues of a whole month then
    bill_id       uuid,
    unique (attachment_id, began_at, month, payer_id),
    foreign key (attachment_id, began_at) references outage
);
create index on outage_credit (payer_id) where bill_id is null;

-- It is a line of a bill as other things are that were posted before it.
alter table bill_line drop constraint bill_line_kind_check;
alter table bill_line add constraint bill_line_kind_check
    check (kind in ('dues', 'usage', 'adjustment', 'carried', 'prepaid', 'share', 'reciprocity', 'carriage', 'outage'));
alter table bill_line drop constraint bill_line_check1;
alter table bill_line add constraint bill_line_check1
    check ((kind in ('carried', 'prepaid', 'share', 'reciprocity', 'carriage', 'outage')) = (charge is null));
alter table bill_line drop constraint bill_line_posted_check;
alter table bill_line add constraint bill_line_posted_check
    check ((posted_id is not null) = (kind in ('share', 'reciprocity', 'carriage', 'outage')) and (posted_id is null) = (label is null));
