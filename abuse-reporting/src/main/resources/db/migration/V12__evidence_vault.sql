-- The moderators' keys to the evidence. The private half is locked with a passphrase that stands nowhere.
create table moderator_key (
    key_id             uuid        primary key,
    moderator_id       uuid        not null,
    public_key         bytea       not null unique check (length(public_key) = 32),
    locked_private_key bytea       not null,
    salt               bytea       not null check (length(salt) = 16),
    made_at            timestamptz not null,
    admitted_by        uuid,
    admitted_at        timestamptz,
    retired_by         uuid,
    retired_at         timestamptz check ((retired_at is null) = (retired_by is null))
);

create unique index moderator_key_one_each on moderator_key (moderator_id) where retired_at is null;

-- Contents of files, sealed; in the clear only until the first key is there. Of child_safety nothing can be stored.
create table vault_file (
    file_id    uuid    primary key,
    category   text    not null,
    clear      bytea,
    sealed     bytea   check ((clear is null) <> (sealed is null)),
    quorum     integer not null check (quorum between 1 and 16),
    sha256     bytea   not null check (length(sha256) = 32),
    size_bytes bigint  not null check (size_bytes >= 0),
    constraint no_child_safety_content check (category <> 'child_safety')
);

create index vault_file_waiting on vault_file (file_id) where clear is not null;

-- What each key holds of a file's own key, sealed to it; as many as the quorum give the file's key back.
create table vault_share (
    file_id uuid    not null references vault_file on delete cascade,
    key_id  uuid    not null references moderator_key,
    place   integer not null check (place between 1 and 255),
    sealed  bytea   not null,
    primary key (file_id, key_id)
);

create index vault_share_key on vault_share (key_id);

-- A share that its holder lets another use for a time, sealed to the other.
create table vault_consent (
    file_id  uuid        not null references vault_file on delete cascade,
    from_key uuid        not null references moderator_key,
    to_key   uuid        not null references moderator_key,
    place    integer     not null check (place between 1 and 255),
    sealed   bytea       not null,
    until    timestamptz not null,
    primary key (file_id, from_key, to_key)
);

-- Who opened a file, consented to it or gave a wrong passphrase, and why.
create table vault_reading (
    reading_number bigint      generated always as identity primary key,
    file_id        uuid        not null,
    moderator_id   uuid        not null,
    what           text        not null check (what in ('read', 'consented', 'refused')),
    reason         text        not null check (length(reason) between 1 and 500),
    at             timestamptz not null
);

create index vault_reading_file on vault_reading (file_id, reading_number);

-- That a file was there, and that it is gone: which, when, by which rule.
create table vault_erasure (
    erasure_number bigint      generated always as identity primary key,
    file_id        uuid        not null unique,
    sha256         bytea       not null check (length(sha256) = 32),
    size_bytes     bigint      not null,
    rule           text        not null,
    erased_at      timestamptz not null
);

create trigger vault_reading_only_grows before update or delete on vault_reading for each row execute function refuse_change();
create trigger vault_reading_is_never_emptied before truncate on vault_reading for each statement execute function refuse_change();
create trigger vault_erasure_only_grows before update or delete on vault_erasure for each row execute function refuse_change();
create trigger vault_erasure_is_never_emptied before truncate on vault_erasure for each statement execute function refuse_change();

-- What came before moves in, and is sealed with the first key.
insert into vault_file (file_id, category, clear, quorum, sha256, size_bytes)
select evidence_id, category, content, 1, sha256, size_bytes from evidence where content is not null;
alter table evidence disable trigger evidence_only_grows;
update evidence set kept = content is not null;
alter table evidence drop constraint no_child_safety_content, drop column content;
alter table evidence add constraint no_child_safety_content check (category <> 'child_safety' or not kept);
alter table evidence enable trigger evidence_only_grows;
