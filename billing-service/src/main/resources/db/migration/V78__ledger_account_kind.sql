-- Which kinds of accounts there are, as rows: whoever brings a kind adds one. An account of an owned kind has an owner, any other none.
create table ledger_account_kind (
    kind  text    primary key check (kind ~ '^[a-z]+(-[a-z]+)*$'),
    owned boolean not null,
    unique (kind, owned)
);
insert into ledger_account_kind (kind, owned) values
    ('bank', false), ('cash', false), ('income-dues', false), ('income-usage', false), ('written-off', false),
    ('reserve', false), ('settlement', false), ('unbilled', true), ('receivable', true), ('wallet', true), ('cost-pool', true);

alter table ledger_account
    drop constraint ledger_account_kind_check,
    drop constraint ledger_account_check1,
    drop constraint ledger_account_check, -- let an account without an owner have any id
    add check (id = kind || coalesce(':' || owner_id, '')),
    add column owned boolean not null generated always as (owner_id is not null) stored,
    add foreign key (kind, owned) references ledger_account_kind (kind, owned);
