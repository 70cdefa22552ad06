-- What the public log is to say, stated in the transaction of the fact. Entry: the bytes that are published and hashed. Sealed:
-- what the entry's commitment is made of, SHA-256 over salt and sealed; told to whom it concerns, by the fact's own id. No persons.
create table log_fact (
    position  bigint      generated always as identity primary key,
    kind      text        not null check (kind ~ '^[a-z]+(-[a-z]+)*$'),
    fact      text        not null check (length(fact) between 1 and 100),
    day       date        not null,
    entry     bytea       not null check (length(entry) between 1 and 65535),
    salt      bytea       not null check (length(salt) = 32),
    sealed    text        not null,
    stated_at timestamptz not null,
    unique (kind, fact)
);

create index log_fact_day on log_fact (day, kind);

-- Facts that have no place in the tree yet.
create table log_waiting (
    position bigint primary key references log_fact
);

-- The log itself: which fact has which place.
create table log_entry (
    entry_index bigint primary key check (entry_index >= 0),
    position    bigint not null unique references log_fact
);

-- Complete nodes of the tree, RFC 6962: the hash of the 2^level entries from node_index * 2^level on.
create table log_node (
    level      smallint not null check (level between 0 and 62),
    node_index bigint   not null check (node_index >= 0),
    hash       bytea    not null check (length(hash) = 32),
    primary key (level, node_index)
);

-- Every size that was ever published, with its root: two roots of one size meet the primary key.
create table log_checkpoint (
    size      bigint      primary key check (size >= 0),
    root      bytea       not null check (length(root) = 32),
    signed_at timestamptz not null
);

-- The keys of the log; the newest and those whose overlap is not over sign.
create table log_key (
    public_key bytea       primary key check (length(public_key) = 32),
    name       text        not null,
    secret     bytea       not null,
    since      timestamptz not null,
    until      timestamptz check (until > since),
    made_by    uuid,
    reason     text        check (length(reason) between 1 and 500)
);

create unique index log_key_newest on log_key ((true)) where until is null;

-- The public report of a period that is over, as it was published.
create table log_report (
    period       text        primary key check (period ~ '^[0-9]{4}-Q[1-4]$'),
    body         text        not null,
    published_at timestamptz not null
);

create trigger log_fact_only_grows before update or delete on log_fact
    for each row execute function refuse_change();
create trigger log_fact_is_never_emptied before truncate on log_fact
    for each statement execute function refuse_change();
create trigger log_entry_only_grows before update or delete on log_entry
    for each row execute function refuse_change();
create trigger log_entry_is_never_emptied before truncate on log_entry
    for each statement execute function refuse_change();
create trigger log_node_only_grows before update or delete on log_node
    for each row execute function refuse_change();
create trigger log_node_is_never_emptied before truncate on log_node
    for each statement execute function refuse_change();
create trigger log_checkpoint_only_grows before update or delete on log_checkpoint
    for each row execute function refuse_change();
create trigger log_checkpoint_is_never_emptied before truncate on log_checkpoint
    for each statement execute function refuse_change();
create trigger log_report_only_grows before update or delete on log_report
    for each row execute function refuse_change();
create trigger log_report_is_never_emptied before truncate on log_report
    for each statement execute function refuse_change();
