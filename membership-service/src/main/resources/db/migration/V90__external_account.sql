-- Accounts elsewhere that somebody lets sign them in here: who they are there, as the provider calls them.
create table external_account (
    issuer     text        not null,
    subject    text        not null,
    account_id uuid        not null references account (id),
    label      text        not null,
    linked_at  timestamptz not null,
    primary key (issuer, subject),
    unique (account_id, issuer)
);
