-- How people prove who they are besides a password, and where they are signed in.
create table passkey (
    credential_id   bytea       not null primary key check (length(credential_id) between 1 and 1023),
    account_id      uuid        not null references account,
    public_key      bytea       not null,
    attestation     bytea       not null check (length(attestation) <= 65536),
    signature_count bigint      not null,
    user_verified   boolean     not null,
    transports      text        not null,
    backup_eligible boolean     not null,
    backed_up       boolean     not null,
    label           text        not null check (length(label) between 1 and 60),
    added_at        timestamptz not null,
    used_at         timestamptz not null
);
create index passkey_account on passkey (account_id);

-- The secret that an app makes codes from, sealed with the service's key.
create table code_app (
    account_id   uuid        not null primary key references account,
    secret       bytea       not null,
    confirmed_at timestamptz,             -- null while the first code has not been shown
    last_step    bigint      not null default 0 -- a code counts once
);

-- For who has lost the app; each counts once.
create table spare_code (
    account_id uuid  not null references account,
    digest     bytea not null,
    primary key (account_id, digest)
);

-- One row per sign-in at the page; what the gateway got for it is ended with it.
create table sign_in (
    id               uuid        not null primary key,
    account_id       uuid        not null references account,
    at               timestamptz not null,
    factors          text        not null,
    address          text        not null check (length(address) <= 64),
    agent            text        not null check (length(agent) <= 200),
    page_session     text        not null,
    replaces         uuid,
    authorization_id text unique,
    renewed_at       timestamptz
);
create index sign_in_account on sign_in (account_id, at);

-- What has been done about the proofs of an account, for its owner and for an inquiry.
create table identity_event (
    id         bigint generated always as identity primary key,
    account_id uuid        not null references account,
    at         timestamptz not null,
    what       text        not null,
    detail     text        not null default '' check (length(detail) <= 200),
    address    text        not null check (length(address) <= 64)
);
create index identity_event_account on identity_event (account_id, id);
create function identity_event_stays() returns trigger language plpgsql as $$
begin
    raise exception 'identity_event is append-only';
end $$;
create trigger identity_event_append_only before update or delete or truncate on identity_event
    for each statement execute function identity_event_stays();
