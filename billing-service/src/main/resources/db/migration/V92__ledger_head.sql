-- The hash chain over all transactions, by days of recording (UTC), made after a day is over: writing it down takes no shared row.
-- How a person's account is called in what members may read; random, so that nobody can work it out.
alter table ledger_account add column alias uuid not null default gen_random_uuid();

-- Up to here nothing more is recorded. Entries up to and with the named one are all there are.
create table ledger_sealed (
    recorded_until timestamptz primary key,
    through_entry  bigint      not null,
    sealed_at      timestamptz not null check (sealed_at >= recorded_until)
);
create trigger append_only before update or delete or truncate on ledger_sealed
    for each statement execute function ledger_is_append_only();

create table ledger_head (
    day          date   primary key,
    transactions bigint not null check (transactions > 0),
    head         bytea  not null check (length(head) = 32)
);
create trigger append_only before update or delete or truncate on ledger_head
    for each statement execute function ledger_is_append_only();

create index on ledger_transaction (recorded_at, id);

create or replace function ledger_transaction_written_by() returns trigger language plpgsql as $$
begin
    new.written_by := pg_current_xact_id();
    if new.effective_at < (select max(closed_until) from ledger_closed_month)
            or new.recorded_at < (select max(recorded_until) from ledger_sealed) then
        if new.effective_at < (select max(closed_until) from ledger_closed_month) then
            raise exception 'ledger month of % is closed', new.effective_at using errcode = 'restrict_violation';
        end if;
        raise exception 'ledger day of % is sealed: the clock is behind', new.recorded_at using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
