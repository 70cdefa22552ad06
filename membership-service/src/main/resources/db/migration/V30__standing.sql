-- The newest that billing said of an invoice that is, or was, overdue or settled. A message that was set aside and retried
-- comes late; it does not undo what was said after it.
create table invoice_word (
    invoice_id    uuid        primary key,
    payer_id      uuid        not null,
    -- Null: nothing is owed on it.
    overdue_since date,
    said_at       timestamptz not null
);
create index invoice_word_overdue on invoice_word (payer_id) where overdue_since is not null;

-- Measures against members, as abuse reporting says. Ended ones are kept.
create table sanction (
    measure_id     uuid        primary key,
    member_id      uuid        not null,
    measure        text        not null check (measure in ('warning', 'slow lane', 'suspension', 'ban')),
    imposed_at     timestamptz not null,
    until          timestamptz,
    slow_lane_kbit int         check (slow_lane_kbit > 0),
    ended_at       timestamptz,
    check ((measure = 'slow lane') = (slow_lane_kbit is not null))
);
create index sanction_member on sanction (member_id) where ended_at is null;
create index sanction_until on sanction (until) where ended_at is null;

-- A treasurer holds what being overdue would bring: hardship, or a dispute.
create table hardship_hold (
    member_id uuid        primary key,
    until     date        not null,
    reason    text        not null check (length(reason) between 1 and 500),
    held_by   uuid        not null,
    held_at   timestamptz not null
);

-- Days between "overdue" and the first consequence.
create table grace (
    one  boolean primary key default true check (one),
    days int     not null check (days between 0 and 365)
);
insert into grace (days) values (0);
