-- One file of collections for one day: proposed by one person, approved or turned down by another.
create table direct_debit_run (
    id           uuid        primary key,
    message_id   text        not null unique check (length(message_id) between 1 and 30),
    collect_on   date        not null,
    currency     text        not null check (currency = 'EUR'),
    proposed_by  uuid        not null,
    proposed_at  timestamptz not null,
    state        text        not null check (state in ('proposed', 'approved', 'collected', 'rejected', 'withdrawn')),
    decided_by   uuid        check (decided_by <> proposed_by or state = 'rejected'),
    decided_at   timestamptz,
    reason       text        check (length(reason) between 1 and 500),
    file         text,
    collected_at timestamptz,
    check ((state = 'proposed') = (decided_by is null)),
    check ((decided_by is null) = (decided_at is null)),
    check (state not in ('rejected', 'withdrawn') or reason is not null),
    check ((state in ('approved', 'collected', 'withdrawn')) = (file is not null)),
    check ((state = 'collected') = (collected_at is not null))
);
create unique index on direct_debit_run (state) where state = 'proposed';
create index on direct_debit_run (collect_on) where state = 'approved';
create index on direct_debit_run (proposed_at, id);

-- One invoice in a run, with the mandate as it was when the run was drawn up.
create table direct_debit_item (
    id                uuid   primary key,
    run_id            uuid   not null references direct_debit_run,
    line              int    not null check (line > 0),
    invoice_id        uuid   not null,
    invoice_number    text   not null,
    payer_id          uuid   not null,
    mandate_id        uuid   not null references direct_debit_mandate,
    mandate_reference text   not null,
    signed_on         date   not null,
    debtor_name       text   not null,
    iban              text   not null,
    town              text,
    country           text,
    sequence          text   not null check (sequence in ('FRST', 'RCUR', 'OOFF', 'FNAL')),
    amended           boolean not null,
    notice_days       int    not null,
    amount_micro      bigint not null check (amount_micro > 0 and amount_micro % 10000 = 0),
    attempt           int    not null check (attempt > 0),
    end_to_end_id     text   not null check (length(end_to_end_id) between 1 and 35),
    state             text   not null check (state in ('due', 'collected', 'rejected', 'returned', 'left')),
    reason            text, -- the bank's code, or why it was left out
    action            text   check (action in ('suspend', 'retry', 'refund', 'review')),
    retry_on          date,
    changed_at        timestamptz,
    payment_id        uuid,
    notice_on         date, -- the payer is to be told from this day on
    told_at           timestamptz,
    unique (run_id, line),
    check (state not in ('collected', 'returned') or payment_id is not null),
    check ((state in ('rejected', 'returned')) = (action is not null)),
    check ((action = 'retry') = (retry_on is not null) or action is null)
);
-- An invoice is collected by one run at a time, and each try has a name of its own.
create unique index on direct_debit_item (invoice_id) where state = 'due';
create unique index on direct_debit_item (end_to_end_id) where state <> 'left';
create index on direct_debit_item (run_id);
create index on direct_debit_item (payer_id);
create index on direct_debit_item (notice_on) where told_at is null and notice_on is not null;

-- What banks answered to files (pain.002), as it was handed in; nothing else is kept of one that was refused.
create table direct_debit_report (
    id         uuid        primary key,
    sha256     bytea       not null unique check (length(sha256) = 32),
    name       text        not null check (length(name) between 1 and 200),
    content    bytea       not null,
    run_id     uuid        references direct_debit_run,
    rejected   int         not null default 0,
    error_line int,
    error_rule text,
    error      text,
    handed_by  uuid        not null,
    handed_at  timestamptz not null,
    check ((run_id is null) = (error is not null)),
    check (num_nulls(error_line, error_rule, error) in (0, 3))
);
