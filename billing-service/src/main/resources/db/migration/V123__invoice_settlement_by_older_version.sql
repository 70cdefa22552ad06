-- While a version runs beside this one that does not know when an invoice took money, the database says it.
alter table invoice_settlement alter column settled_at set default now();
