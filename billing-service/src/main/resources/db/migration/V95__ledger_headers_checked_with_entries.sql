-- A header without entries does not commit, so it is enough to look at headers when their entries are written: one look less for
-- each posting, and nothing is refused less.
create or replace function ledger_entries_are_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    wrong record;
    header ledger_transaction;
begin
    select l.* into wrong
      from (select e.transaction_id,
                   coalesce((select t.written_by = pg_current_xact_id() and t.effective_at >= place.closed_until
                                    and t.recorded_at >= place.sealed_until
                               from ledger_transaction t where t.id = e.transaction_id), false) as open,
                   bool_and(coalesce((select a.currency = e.currency from ledger_account a where a.id = e.account_id), false)) as accounts,
                   count(*) = 2 and sum(e.amount_micro) = 0 and min(e.currency) = max(e.currency) as balanced
              from new_entry e
              cross join (select coalesce((select max(m.closed_until) from ledger_closed_month m), '-infinity') as closed_until,
                                 coalesce((select max(s.recorded_until) from ledger_sealed s), '-infinity') as sealed_until) place
             group by e.transaction_id, e.line, place.closed_until, place.sealed_until) l
     where not (l.open and l.accounts and l.balanced)
     limit 1;
    if found then
        if not wrong.open then
            select t.* into header from ledger_transaction t
             where t.id = wrong.transaction_id and t.written_by = pg_current_xact_id();
            if not found then
                raise exception 'ledger transaction % is closed', wrong.transaction_id using errcode = 'restrict_violation';
            elsif header.effective_at < (select max(closed_until) from ledger_closed_month) then
                raise exception 'ledger month of % is closed', header.effective_at using errcode = 'restrict_violation';
            end if;
            raise exception 'ledger day of % is sealed: the clock is behind', header.recorded_at using errcode = 'restrict_violation';
        elsif not wrong.accounts then
            raise exception 'ledger transaction % names an account that is not there in that currency', wrong.transaction_id
                using errcode = 'foreign_key_violation';
        end if;
        raise exception 'ledger transaction % does not balance', wrong.transaction_id using errcode = 'check_violation';
    end if;
    return null;
end $$;

drop trigger are_open on ledger_transaction;
drop function ledger_transactions_are_open();
