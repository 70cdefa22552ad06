-- Numbers without gaps: taken in the transaction that issues the invoice, so a rollback gives the number back.
create table invoice_series (
    series      text   primary key check (series ~ '^[0-9]{4}$'),
    last_number bigint not null check (last_number > 0)
);

create table invoice (
    id             uuid   primary key,
    bill_id        uuid   not null unique references bill,
    series         text   not null references invoice_series,
    number         bigint not null check (number > 0),
    payer_id       uuid   not null,
    period         date   not null,
    issued_on      date   not null,
    due_on         date   not null check (due_on >= issued_on),
    total_micro    bigint not null check (total_micro > 0),
    paid_micro     bigint not null default 0 check (paid_micro between 0 and total_micro),
    currency       text   not null,
    state          text   not null check (state in ('issued', 'partlyPaid', 'overdue', 'paid', 'writtenOff')),
    overdue_since  date,
    closed_on      date,
    written_off_why text,
    unique (series, number),
    check ((state = 'paid') = (paid_micro = total_micro)),
    check (state <> 'issued' or paid_micro = 0),
    check (state <> 'partlyPaid' or paid_micro > 0),
    check (state <> 'overdue' or overdue_since is not null),
    check ((closed_on is not null) = (state in ('paid', 'writtenOff'))),
    check ((written_off_why is not null) = (state = 'writtenOff'))
);
create index on invoice (payer_id, issued_on);
create index on invoice (due_on) where state in ('issued', 'partlyPaid');

-- What an invoice took of a payment, or of the payer's credit.
create table invoice_settlement (
    invoice_id   uuid   not null references invoice,
    line         int    not null check (line > 0),
    payment_id   uuid,
    method       text   not null check (method in ('cash', 'transfer', 'credit')),
    received_on  date   not null,
    amount_micro bigint not null check (amount_micro > 0),
    primary key (invoice_id, line),
    check ((payment_id is null) = (method = 'credit'))
);
