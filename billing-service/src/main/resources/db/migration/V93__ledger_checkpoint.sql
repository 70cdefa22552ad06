-- What an account held when a day was sealed, so that its balance is not summed from the beginning. Only for accounts with many
-- entries; the entries remain the truth.
create table ledger_checkpoint (
    account_id    text   not null,
    through_entry bigint not null,
    balance_micro bigint not null,
    primary key (account_id, through_entry)
);
create trigger append_only before update or delete or truncate on ledger_checkpoint
    for each statement execute function ledger_is_append_only();
