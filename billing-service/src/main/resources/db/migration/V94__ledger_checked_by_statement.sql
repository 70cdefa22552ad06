-- What the book refuses stays the same, looked at once a statement: headers too, and each row by its key. As a join, the look at the
-- transactions read all there ever were as soon as the book had grown, or a plan made for a batch was kept for one posting.
create or replace function ledger_entries_are_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    wrong record;
begin
    select l.* into wrong
      from (select e.transaction_id,
                   coalesce((select t.written_by = pg_current_xact_id() from ledger_transaction t where t.id = e.transaction_id), false) as open,
                   bool_and(coalesce((select a.currency = e.currency from ledger_account a where a.id = e.account_id), false)) as accounts,
                   count(*) = 2 and sum(e.amount_micro) = 0 and min(e.currency) = max(e.currency) as balanced
              from new_entry e group by e.transaction_id, e.line) l
     where not (l.open and l.accounts and l.balanced)
     limit 1;
    if found then
        if not wrong.open then
            raise exception 'ledger transaction % is closed', wrong.transaction_id using errcode = 'restrict_violation';
        elsif not wrong.accounts then
            raise exception 'ledger transaction % names an account that is not there in that currency', wrong.transaction_id
                using errcode = 'foreign_key_violation';
        end if;
        raise exception 'ledger transaction % does not balance', wrong.transaction_id using errcode = 'check_violation';
    end if;
    return null;
end $$;

-- A header names the database transaction that writes it, and no other: entries can join only then.
create function ledger_transactions_are_open() returns trigger language plpgsql as $$
declare
    closed_until timestamptz := (select max(m.closed_until) from ledger_closed_month m);
    sealed_until timestamptz := (select max(s.recorded_until) from ledger_sealed s);
    wrong record;
begin
    select * into wrong from new_transaction n
     where n.written_by <> pg_current_xact_id() or n.effective_at < closed_until or n.recorded_at < sealed_until
     limit 1;
    if found then
        if wrong.effective_at < closed_until then
            raise exception 'ledger month of % is closed', wrong.effective_at using errcode = 'restrict_violation';
        elsif wrong.recorded_at < sealed_until then
            raise exception 'ledger day of % is sealed: the clock is behind', wrong.recorded_at using errcode = 'restrict_violation';
        end if;
        raise exception 'ledger transaction % is written by another', wrong.id using errcode = 'restrict_violation';
    end if;
    return null;
end $$;

drop trigger written_by on ledger_transaction;
drop function ledger_transaction_written_by();
create trigger are_open after insert on ledger_transaction referencing new table as new_transaction
    for each statement execute function ledger_transactions_are_open();

-- Nothing refers to it since entries have no foreign key.
alter table ledger_account drop constraint ledger_account_id_currency_key;
