-- A payment may come through a payment provider, and be told by it: then nobody wrote it down.
insert into ledger_account_kind (kind, owned) values
    ('clearing-stripe', false), ('clearing-gocardless', false), ('clearing-btcpay', false);

alter table payment
    drop constraint payment_method_check,
    add constraint payment_method_check check (method in ('cash', 'transfer', 'direct-debit', 'card', 'bitcoin')),
    alter recorded_by drop not null,
    add check (recorded_by is not null or method not in ('cash', 'transfer'));
alter table payment_reversal
    alter reversed_by drop not null;
alter table invoice_settlement
    drop constraint invoice_settlement_method_check,
    add constraint invoice_settlement_method_check
        check (method in ('cash', 'transfer', 'direct-debit', 'card', 'bitcoin', 'credit'));
