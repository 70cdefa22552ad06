-- What a payer chose to have invoices paid by, by themselves. One holds at a time; what ended stays.
create table autopay_choice (
    id          uuid        primary key,
    payer_id    uuid        not null,
    way         text        not null check (way in ('direct-debit', 'saved', 'wallet')),
    saving_id   uuid,
    floor_micro bigint      check (floor_micro >= 0),
    top_up_micro bigint     check (top_up_micro > 0),
    currency    text        not null,
    chosen_by   uuid        not null,
    chosen_at   timestamptz not null,
    chosen_on   date        not null,
    stopped_at  timestamptz, -- it gave up: nothing is charged by it until the payer chooses anew
    stopped_why text        check (length(stopped_why) between 1 and 300),
    ended_at    timestamptz,
    check ((way = 'direct-debit') = (saving_id is null)),
    check ((way = 'wallet') = (floor_micro is not null and top_up_micro is not null)),
    check ((stopped_at is null) = (stopped_why is null))
);
create unique index on autopay_choice (payer_id) where ended_at is null;

-- One time that it was tried, for an invoice or into the wallet. Its id is that of the attempt at the provider: a try is asked for once.
create table autopay_try (
    id           uuid        primary key,
    choice_id    uuid        not null references autopay_choice,
    payer_id     uuid        not null,
    invoice_id   uuid,
    number       int         not null check (number > 0),
    amount_micro bigint      not null check (amount_micro > 0),
    currency     text        not null,
    asked_on     date        not null,
    asked_at     timestamptz not null,
    state        text        not null check (state in ('asked', 'taken', 'failed', 'void')),
    decline      text        check (decline in ('passing', 'payer', 'final')),
    why          text        check (length(why) <= 300),
    settled_on   date,
    unique nulls not distinct (choice_id, invoice_id, number),
    check ((state = 'failed') = (decline is not null)),
    check ((state = 'asked') = (settled_on is null))
);
-- An invoice is tried by one at a time, whoever chose what meanwhile.
create unique index on autopay_try (invoice_id) where state = 'asked';
create unique index on autopay_try (payer_id) where state = 'asked' and invoice_id is null;
create index on autopay_try (asked_at) where state = 'asked';
create index on autopay_try (payer_id, asked_at);
