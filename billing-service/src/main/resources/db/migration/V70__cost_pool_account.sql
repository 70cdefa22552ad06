-- Two more kinds of accounts: one per shared cost, owned by its pool, and the one through which payers settle with one another.
alter table ledger_account drop constraint ledger_account_kind_check;
alter table ledger_account add constraint ledger_account_kind_check
    check (kind in ('bank', 'cash', 'income-dues', 'income-usage', 'written-off', 'reserve', 'settlement',
                    'unbilled', 'receivable', 'wallet', 'cost-pool'));
alter table ledger_account drop constraint ledger_account_check1;
alter table ledger_account add constraint ledger_account_check1
    check ((owner_id is not null) = (kind in ('unbilled', 'receivable', 'wallet', 'cost-pool')));
