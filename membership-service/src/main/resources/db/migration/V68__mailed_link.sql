-- In which language somebody is written to: that of the browser they last signed in with.
alter table account add column language text not null default 'en' check (language in ('en', 'es', 'ca', 'de', 'fr'));

-- Links that were asked for, to sign in by or to confirm an address. Whether the address has an account is looked up when the mail is
-- written; the token that is in the mail is made then.
create table mailed_link (
    id         uuid        primary key,
    purpose    text        not null check (purpose in ('sign-in', 'address')),
    email      text        not null check (length(email) between 3 and 254),
    account_id uuid        references account,
    address    text        not null check (length(address) <= 64),
    language   text        not null check (language in ('en', 'es', 'ca', 'de', 'fr')),
    asked_at   timestamptz not null,
    digest     text        unique check (digest ~ '^[0-9a-f]{64}$'),
    expires_at timestamptz,
    used_at    timestamptz,
    check ((digest is null) = (expires_at is null)),
    check (digest is null or account_id is not null)
);
create index mailed_link_asked on mailed_link (asked_at);
create index mailed_link_account on mailed_link (account_id);

-- What people are told by mail about their proofs, and where: the address as it was when it happened.
create table identity_notice (
    id         uuid        primary key,
    account_id uuid        not null references account,
    notice     text        not null check (length(notice) between 1 and 40),
    detail     text        not null check (length(detail) <= 300),
    email      text        not null check (email <> ''),
    at         timestamptz not null
);
create index identity_notice_at on identity_notice (at);
