-- The newest checkpoint that each node cosigned, and its word for it.
create table log_cosignature (
    node_id     text        primary key check (node_id ~ '^[0-9a-f]{64}$'),
    size        bigint      not null references log_checkpoint,
    public_key  bytea       not null check (length(public_key) = 32),
    cosignature text        not null check (length(cosignature) between 1 and 500),
    seen_at     timestamptz not null
);

create index log_cosignature_size on log_cosignature (size);

-- What nodes refused: two histories of one log, both signed, or one that nobody signed.
create table log_refusal (
    event_id   uuid        primary key,
    node_id    text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    why        text        not null check (why in ('forked', 'cut-off', 'unsigned')),
    checkpoint text        not null check (length(checkpoint) <= 65536),
    seen       text        not null check (length(seen) <= 65536),
    told_at    timestamptz not null
);

create trigger log_refusal_only_grows before update or delete on log_refusal
    for each row execute function refuse_change();
create trigger log_refusal_is_never_emptied before truncate on log_refusal
    for each statement execute function refuse_change();
