-- A payment that is reversed gives back what it had settled: how much of a settlement went back.
alter table invoice_settlement
    add column returned_micro bigint not null default 0,
    add check (returned_micro between 0 and amount_micro);
create index on invoice_settlement (payment_id) where payment_id is not null;
