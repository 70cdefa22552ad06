-- Who can sign in. The id is the member's id and the subject of the tokens.
create table account (
    id            uuid        primary key,
    email         text        not null check (email <> ''),
    name          text        not null check (name <> ''),
    password_hash text        not null check (password_hash like '$argon2id$%'),
    open          boolean     not null default true,
    opened_at     timestamptz not null
);
create unique index account_email on account (lower(email));

-- Sign-ins that failed, to slow down guessing. Holds digests, no addresses; rows older than the window are deleted.
create table sign_in_failure (
    source bytea       not null, -- SHA-256 of the e-mail address or of the network address that was tried
    at     timestamptz not null
);
create index sign_in_failure_source on sign_in_failure (source, at);
create index sign_in_failure_at on sign_in_failure (at);
