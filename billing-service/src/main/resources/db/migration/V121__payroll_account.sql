-- Moderators' pay as a cost, and what the co-op owes each moderator of it.
insert into ledger_account_kind (kind, owned) values ('moderators-pay', false), ('pay-due', true);
