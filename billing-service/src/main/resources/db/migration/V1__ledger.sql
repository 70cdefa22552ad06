-- The book: double entry in micro-units (10^-6 of the currency's unit). A posting from one account to another is two
-- entries on one line, minus and plus. Written once: nothing here is ever updated or deleted.
create table ledger_account (
    id       text primary key check (id = kind or id = kind || ':' || owner_id),
    kind     text not null check (kind in ('bank', 'cash', 'income-dues', 'income-usage', 'written-off', 'reserve',
                                           'unbilled', 'receivable', 'wallet')),
    owner_id uuid,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    unique (id, currency),
    check ((owner_id is not null) = (kind in ('unbilled', 'receivable', 'wallet')))
);

create table ledger_transaction (
    id           uuid        primary key,
    effective_at timestamptz not null,
    recorded_at  timestamptz not null,
    what         text        not null check (what <> ''),
    reverses     uuid unique references ledger_transaction,
    -- Which database transaction wrote it: entries can join only then.
    written_by   xid8        not null default pg_current_xact_id()
);

create table ledger_entry (
    id             bigint generated always as identity primary key,
    transaction_id uuid   not null references ledger_transaction,
    line           int    not null check (line > 0),
    account_id     text   not null,
    amount_micro   bigint not null check (amount_micro <> 0),
    currency       text   not null,
    foreign key (account_id, currency) references ledger_account (id, currency)
);
create unique index on ledger_entry (transaction_id, line, sign(amount_micro));
create index on ledger_entry (account_id, id);

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: reverse, do not change', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger append_only before update or delete or truncate on ledger_account
    for each statement execute function ledger_is_append_only();
create trigger append_only before update or delete or truncate on ledger_transaction
    for each statement execute function ledger_is_append_only();
create trigger append_only before update or delete or truncate on ledger_entry
    for each statement execute function ledger_is_append_only();

create function ledger_transaction_written_by() returns trigger language plpgsql as $$
begin
    new.written_by := pg_current_xact_id();
    return new;
end $$;

create trigger written_by before insert on ledger_transaction
    for each row execute function ledger_transaction_written_by();

-- An entry joins its transaction in the moment of writing, never later, not even a balanced pair of them.
create function ledger_entry_joins_now() returns trigger language plpgsql as $$
begin
    if not exists (select from ledger_transaction t
                    where t.id = new.transaction_id and t.written_by = pg_current_xact_id()) then
        raise exception 'ledger transaction % is closed', new.transaction_id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger joins_now before insert on ledger_entry
    for each row execute function ledger_entry_joins_now();

-- At commit: each line has its two entries, and they sum to zero.
create function ledger_transaction_balances() returns trigger language plpgsql as $$
declare
    lines int;
    wrong int;
begin
    select count(*), count(*) filter (where entries <> 2 or total <> 0 or currencies <> 1) into lines, wrong
      from (select count(*) as entries, sum(amount_micro) as total, count(distinct currency) as currencies
              from ledger_entry where transaction_id = new.id group by line) l;
    if lines = 0 or wrong > 0 then
        raise exception 'ledger transaction % does not balance', new.id using errcode = 'check_violation';
    end if;
    return null;
end $$;

create constraint trigger balances after insert on ledger_transaction
    deferrable initially deferred for each row execute function ledger_transaction_balances();
