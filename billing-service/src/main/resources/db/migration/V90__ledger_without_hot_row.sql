-- A foreign key locks the row that it names, and each posting on the bank would lock the bank's: many at once on one row. Accounts and
-- transactions are never changed nor removed, so to look is as good as to lock. Checked once a statement, not once a row: the
-- account is there, the transaction is being written now, and each line is whole.
alter table ledger_entry drop constraint ledger_entry_account_id_currency_fkey;
alter table ledger_entry drop constraint ledger_entry_transaction_id_fkey;
drop trigger joins_now on ledger_entry;
drop function ledger_entry_joins_now();

-- Its plan is made once a connection, for a batch or for one posting: by index it is right for both.
create function ledger_entries_are_whole() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    wrong record;
begin
    select e.transaction_id, bool_and(t.id is not null) as open, bool_and(a.id is not null) as accounts into wrong
      from new_entry e
      left join ledger_transaction t on t.id = e.transaction_id and t.written_by = pg_current_xact_id()
      left join ledger_account a on a.id = e.account_id and a.currency = e.currency
     group by e.transaction_id, e.line
    having count(t.id) <> 2 or count(a.id) <> 2 or count(*) <> 2 or sum(e.amount_micro) <> 0 or min(e.currency) <> max(e.currency)
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

create trigger are_whole after insert on ledger_entry referencing new table as new_entry
    for each statement execute function ledger_entries_are_whole();

-- At commit there is only left to see that a transaction has entries at all.
create or replace function ledger_transaction_balances() returns trigger language plpgsql as $$
begin
    if not exists (select from ledger_entry where transaction_id = new.id) then
        raise exception 'ledger transaction % does not balance', new.id using errcode = 'check_violation';
    end if;
    return null;
end $$;
