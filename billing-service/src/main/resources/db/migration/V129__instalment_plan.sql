-- That what is open on invoices of a payer is paid in parts: asked for by who pays, or agreed by a treasurer at once.
create table instalment_plan (
    id       uuid   primary key,
    place    bigint generated always as identity unique,
    payer_id uuid   not null,
    currency text   not null,
    days     date[] not null check (cardinality(days) between 2 and 12),
    state    text   not null check (state in ('asked', 'refused', 'withdrawn', 'running', 'kept', 'missed', 'ended'))
);
create unique index on instalment_plan (payer_id) where state = 'asked';
create unique index on instalment_plan (payer_id) where state = 'running';
create index on instalment_plan (payer_id, place);

create table instalment_plan_invoice (
    plan_id    uuid not null references instalment_plan,
    invoice_id uuid not null,
    primary key (plan_id, invoice_id)
);
create index on instalment_plan_invoice (invoice_id);

-- The parts as they were agreed: together what was open at that moment.
create table instalment (
    plan_id      uuid   not null references instalment_plan,
    number       int    not null check (number between 1 and 12),
    due_on       date   not null,
    amount_micro bigint not null check (amount_micro > 0),
    primary key (plan_id, number),
    unique (plan_id, due_on)
);

-- What became of a plan, step by step; who said it is null where it came about by itself.
create table instalment_plan_step (
    id        bigint      generated always as identity primary key,
    plan_id   uuid        not null references instalment_plan,
    state     text        not null check (state in ('asked', 'refused', 'withdrawn', 'running', 'kept', 'missed', 'ended')),
    said_by   uuid,
    said_at   timestamptz not null,
    reason    text        check (length(reason) between 1 and 500),
    owed_from date,
    check ((said_by is null) = (state in ('kept', 'missed'))),
    check (reason is not null or state not in ('refused', 'ended')),
    check ((owed_from is not null) = (state in ('missed', 'ended')))
);
create index on instalment_plan_step (plan_id, id);

create function instalment_plan_history_stays() returns trigger language plpgsql as $$
begin
    raise exception 'what was agreed stays as it is';
end $$;
create trigger instalment_plan_invoice_stays before update or delete on instalment_plan_invoice
    for each row execute function instalment_plan_history_stays();
create trigger instalment_stays before update or delete on instalment
    for each row execute function instalment_plan_history_stays();
create trigger instalment_plan_step_stays before update or delete on instalment_plan_step
    for each row execute function instalment_plan_history_stays();

create function instalment_plan_goes_on() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
       and (new.id, new.place, new.payer_id, new.currency, new.days) = (old.id, old.place, old.payer_id, old.currency, old.days)
       and (old.state = 'asked' and new.state in ('refused', 'withdrawn', 'running')
            or old.state = 'running' and new.state in ('kept', 'missed', 'ended')) then
        return new;
    end if;
    raise exception 'no such step of a plan';
end $$;
create trigger instalment_plan_goes_on before update or delete on instalment_plan
    for each row execute function instalment_plan_goes_on();
