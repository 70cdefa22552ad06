-- When payers are reminded and when an invoice is called overdue, as the co-op said it. Rows are added, never changed; the last holds.
create table dunning_policy (
    id                  bigint      generated always as identity primary key,
    said_at             timestamptz not null,
    said_on             date        not null,
    said_by             uuid        not null,
    reminder_after_days int         check (reminder_after_days between -30 and 90),
    last_after_days     int         check (last_after_days between -30 and 90),
    grace_days          int         not null check (grace_days between 0 and 90),
    wait_for_bank       boolean     not null,
    check (last_after_days is null or last_after_days <= grace_days),
    check (reminder_after_days is null or reminder_after_days <= grace_days),
    check ((reminder_after_days >= last_after_days) is not true)
);

-- Whom a treasurer lets be, and until when. The last row of a payer holds; one without a day ended the one before.
create table dunning_hold (
    id       bigint      generated always as identity primary key,
    payer_id uuid        not null,
    until    date,
    reason   text        not null check (length(reason) between 1 and 500),
    said_by  uuid        not null,
    said_at  timestamptz not null
);
create index on dunning_hold (payer_id, id);

-- That a step was taken on an invoice: each at most once, whoever looks at the same time.
create table dunning_step (
    invoice_id uuid        not null,
    stage      text        not null check (stage in ('reminder', 'last-reminder', 'overdue')),
    taken_at   timestamptz not null,
    primary key (invoice_id, stage)
);
