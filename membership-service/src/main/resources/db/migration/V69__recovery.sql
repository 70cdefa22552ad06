-- How long a recovery waits after its second approval, so that whoever is told can stop it. One row; the board sets it.
create table recovery_delay (
    one        boolean     primary key default true check (one),
    hours      int         not null check (hours between 24 and 336),
    changed_by uuid,
    changed_at timestamptz
);
insert into recovery_delay (hours) values (72);

-- A new way in for somebody who has lost all others: two board members approve, never the person themselves; then it waits, and can be
-- stopped until it is used. Rows are kept.
create table recovery (
    id              uuid        primary key,
    account_id      uuid        not null references account,
    opened_at       timestamptz not null,
    opened_by       uuid        references account, -- null: somebody at the page
    address         text        not null check (length(address) <= 64),
    reason          text        not null check (length(reason) between 1 and 500),
    first_by        uuid        references account,
    first_at        timestamptz,
    second_by       uuid        references account,
    second_at       timestamptz,
    due_at          timestamptz,
    code_digest     text        check (code_digest ~ '^[0-9a-f]{64}$'),
    code_by         uuid        references account,
    code_at         timestamptz,
    code_expires_at timestamptz,
    ended_at        timestamptz,
    outcome         text        check (outcome in ('done', 'stopped', 'lapsed')),
    ended_by        uuid        references account, -- null: by a link or code, or by itself
    check (opened_by <> account_id),
    check (first_by <> account_id),
    check (second_by <> account_id),
    check (second_by <> first_by),
    check (code_by <> account_id),
    check ((first_by is null) = (first_at is null)),
    check ((second_by is null) = (second_at is null) and (second_by is null) = (due_at is null)),
    check (second_by is null or first_by is not null),
    check (due_at >= second_at + interval '24 hours'),
    check (code_digest is null or (due_at is not null and code_by is not null and code_at >= due_at and code_expires_at is not null)),
    check ((ended_at is null) = (outcome is null)),
    check (outcome <> 'done' or code_digest is not null)
);
create unique index recovery_open on recovery (account_id) where ended_at is null;
create index recovery_opened on recovery (opened_at desc);

-- The links that stop it, one for each mail that tells of it.
create table recovery_stop (
    digest      text primary key check (digest ~ '^[0-9a-f]{64}$'),
    recovery_id uuid not null references recovery
);
create index recovery_stop_recovery on recovery_stop (recovery_id);
