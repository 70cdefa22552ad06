-- A closed month takes no posting with effect in it, and is never opened again. A treasurer asks, a second person agrees.
create table ledger_closed_month (
    month        date        primary key check (extract(day from month) = 1),
    -- In the co-op's time zone: nothing may take effect before it.
    closed_until timestamptz not null unique,
    asked_by     uuid        not null,
    asked_at     timestamptz not null,
    agreed_by    uuid        not null check (agreed_by <> asked_by),
    agreed_at    timestamptz not null check (agreed_at >= closed_until)
);
create trigger append_only before update or delete or truncate on ledger_closed_month
    for each statement execute function ledger_is_append_only();

create table ledger_close_request (
    month    date        primary key check (extract(day from month) = 1),
    asked_by uuid        not null,
    asked_at timestamptz not null
);

-- When it happened, where that lies in a closed month and it took effect later.
alter table ledger_transaction add column happened_at timestamptz check (happened_at < effective_at);

create or replace function ledger_transaction_written_by() returns trigger language plpgsql as $$
begin
    new.written_by := pg_current_xact_id();
    if new.effective_at < (select max(closed_until) from ledger_closed_month) then
        raise exception 'ledger month of % is closed', new.effective_at using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
