-- What moderators are paid by, from a month on. A card is replaced by a later one, never changed.
create table rate_card (
    first_month    date        primary key check (extract(day from first_month) = 1),
    share_ppm      int         not null check (share_ppm between 0 and 1000000), -- of the dues collected
    per_hour_micro bigint      not null check (per_hour_micro >= 0),
    per_case_micro bigint      not null check (per_case_micro >= 0),
    currency       text        not null check (currency ~ '^[A-Z]{3}$'),
    set_by         uuid        not null,
    set_at         timestamptz not null
);

-- One month's pay: drawn up by one person, approved or turned down by another. A month that was turned down is drawn up again.
create table pay_run (
    id                uuid        primary key,
    month             date        not null check (extract(day from month) = 1),
    from_at           timestamptz not null,
    until_at          timestamptz not null check (until_at > from_at),
    share_ppm         int         not null,
    per_hour_micro    bigint      not null,
    per_case_micro    bigint      not null,
    currency          text        not null check (currency ~ '^[A-Z]{3}$'),
    collected_micro   bigint      not null, -- dues that came in, less what went back
    added_micro       bigint      not null,
    carried_in_micro  bigint      not null,
    drawn_micro       bigint      not null check (drawn_micro >= 0),
    carried_out_micro bigint      not null check (carried_out_micro = carried_in_micro + added_micro - drawn_micro),
    prepared_by       uuid        not null,
    prepared_at       timestamptz not null,
    state             text        not null check (state in ('prepared', 'approved', 'rejected')),
    decided_by        uuid        check (decided_by <> prepared_by or state = 'rejected'),
    decided_at        timestamptz,
    reason            text,
    check (drawn_micro <= greatest(0, carried_in_micro + added_micro)),
    check ((state = 'prepared') = (decided_by is null)),
    check ((state = 'prepared') = (decided_at is null)),
    check ((state = 'rejected') = (reason is not null))
);
create unique index on pay_run (month) where state <> 'rejected';

-- A file of transfers for the bank. It says the same however often it is fetched.
create table pay_transfer (
    id           uuid        primary key,
    run_id       uuid        not null references pay_run,
    message_id   text        not null unique check (length(message_id) between 1 and 35),
    file         text        not null,
    made_by      uuid        not null,
    made_at      timestamptz not null,
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    check ((withdrawn_by is null) = (withdrawn_at is null))
);
create index on pay_transfer (run_id);

create table pay_line (
    run_id         uuid   not null references pay_run,
    line           int    not null check (line > 0),
    moderator_id   uuid   not null,
    minutes        int    not null,
    cases          int    not null,
    claim_micro    bigint not null check (claim_micro >= 0),
    pay_micro      bigint not null check (pay_micro between 0 and claim_micro),
    transfer_id    uuid   references pay_transfer,
    paid_on        date,
    method         text   check (method in ('transfer', 'cash')),
    paid_by        uuid,
    transaction_id uuid   unique references ledger_transaction,
    primary key (run_id, line),
    unique (run_id, moderator_id),
    check (num_nulls(paid_on, method, paid_by, transaction_id) in (0, 4))
);
create index on pay_line (moderator_id);

-- Payments that came back: the line is due again.
create table pay_return (
    run_id         uuid        not null,
    line           int         not null,
    transaction_id uuid        primary key references ledger_transaction,
    reason         text        not null check (reason <> ''),
    returned_by    uuid        not null,
    returned_at    timestamptz not null,
    foreign key (run_id, line) references pay_line (run_id, line)
);

-- What moderators did, as abuse-reporting told it; each piece is in one run at most. Hours that are withdrawn after they were in
-- one come off the next.
create table moderator_work (
    id           uuid        primary key,
    moderator_id uuid        not null,
    kind         text        not null check (kind in ('hours', 'case')),
    worked_on    date        not null,
    minutes      int         not null check (minutes between -1440 and 1440),
    withdraws    uuid        unique references moderator_work,
    run_id       uuid        references pay_run,
    heard_at     timestamptz not null,
    check ((kind = 'case') = (minutes = 0)),
    check ((minutes < 0) = (withdraws is not null))
);
create index on moderator_work (worked_on) where run_id is null;
create index on moderator_work (run_id) where run_id is not null;

-- By which number the public figures call a moderator: in the order of first pay, with nothing to tell who it is.
create table moderator_number (
    moderator_id uuid primary key,
    number       int  not null unique check (number > 0)
);

-- Where a moderator wants to be paid, as they said it last.
create table pay_account (
    moderator_id uuid        primary key,
    name         text        not null check (length(name) between 1 and 70),
    iban         text        not null,
    said_at      timestamptz not null
);
