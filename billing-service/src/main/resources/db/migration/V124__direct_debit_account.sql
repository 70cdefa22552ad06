-- Collected from payers' accounts and not yet at the co-op's bank: one account for each run.
insert into ledger_account_kind (kind, owned) values ('clearing-direct-debit', true);

-- What the bank says of a collection: that it came, and what of it went back.
alter table bank_booking
    add column direct_debit_id uuid,
    drop constraint bank_booking_kind_check,
    add constraint bank_booking_kind_check
        check (kind in ('payment', 'return', 'cost', 'cost-return', 'account', 'booked', 'own', 'collection', 'debit-return')),
    add check ((kind in ('collection', 'debit-return')) = (direct_debit_id is not null));
