-- Members who say that a name is not its holder's; the board decides, with a reason.
create table name_dispute (
    id         uuid        primary key,
    name_id    uuid        not null,
    label      text        not null,
    display    text        not null,
    skeleton   text        not null,
    owner_id   uuid        not null,
    opened_by  uuid        not null,
    reason     text        not null check (length(reason) between 1 and 1000),
    opened_at  timestamptz not null,
    outcome    text        check (outcome in ('keep', 'release')),
    decided_by uuid,
    decided_why text       check (length(decided_why) between 1 and 1000),
    decided_at timestamptz,
    -- A name that was released is kept for who opened the dispute until then.
    kept_until timestamptz,
    check ((outcome is null) = (decided_by is null) and (outcome is null) = (decided_at is null)
        and (outcome is null) = (decided_why is null)),
    check (kept_until is null or outcome = 'release'),
    check (opened_by <> owner_id)
);
create unique index name_dispute_open on name_dispute (name_id) where outcome is null;
create index name_dispute_kept on name_dispute (skeleton) where kept_until is not null;
create index name_dispute_opener on name_dispute (opened_by) where outcome is null;
