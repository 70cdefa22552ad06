-- What one file said of one account for one stretch of time, between two balances.
create table bank_statement (
    id            uuid   primary key,
    account_id    uuid   not null references bank_account,
    file_id       uuid   not null references bank_file,
    line          int    not null check (line > 0),
    bank_id       text,
    sequence      bigint,
    first_day     date   not null,
    last_day      date   not null check (last_day >= first_day),
    opening_micro bigint not null,
    closing_micro bigint not null,
    unique (file_id, line)
);
create index on bank_statement (account_id, first_day);

-- One booked line of an account, once, however many files tell it.
create table bank_entry (
    id             uuid   primary key,
    account_id     uuid   not null references bank_account,
    file_id        uuid   not null references bank_file,
    line           int    not null check (line > 0),
    -- Null as long as only a notification has told it; entries without balances are never vouched for.
    statement_id   uuid   references bank_statement,
    booked_on      date   not null,
    value_on       date   not null,
    amount_micro   bigint not null check (amount_micro <> 0),
    bank_reference text,
    code           text,
    reversal       boolean not null,
    information    text,
    fingerprint    bytea  not null check (length(fingerprint) = 32),
    unique (account_id, fingerprint)
);
create index on bank_entry (account_id, booked_on);

-- One payment of an entry; a batch has several, which together are the entry.
create table bank_part (
    id            uuid   primary key,
    entry_id      uuid   not null references bank_entry on delete cascade,
    position      int    not null check (position > 0),
    amount_micro  bigint not null check (amount_micro <> 0),
    -- How much of it stands in the book; what is left waits for a person.
    placed_micro  bigint not null default 0,
    name          text,
    iban          text,
    remittance    text,
    reference     text,
    end_to_end_id text,
    mandate_id    text,
    return_reason text,
    charges_micro bigint check (charges_micro > 0),
    unique (entry_id, position),
    check (sign(placed_micro) in (0, sign(amount_micro)) and abs(placed_micro) <= abs(amount_micro))
);
create index bank_part_open on bank_part (id) where placed_micro <> amount_micro;
create index on bank_part (end_to_end_id) where end_to_end_id is not null;
create index on bank_part (iban) where iban is not null;
