-- The access list as it is now: one row per thing that a node must know.
create table access_entry (
    key            text collate "C" primary key,
    kind           text        not null check (kind in ('attachment', 'ban', 'garden')),
    -- The first 10 bits of SHA-256(key).
    bucket         int         not null check (bucket between 0 and 1023),
    -- A serialised AccessEntry: these bytes are hashed and sent.
    entry          bytea       not null,
    rule           text        not null check (rule in ('full', 'slow lane', 'walled garden', 'drop', 'ban', 'garden')),
    slow_lane_kbit int,
    why            text        not null,
    prefix_v4      cidr,
    prefix_v6      cidr,
    until          timestamptz,
    since_version  bigint      not null,
    since          timestamptz not null,
    -- When time alone may change it.
    review_at      timestamptz,
    -- For attachments: on whom the rule depends.
    node           uuid,
    site_id        uuid,
    member_id      uuid,
    payer_id       uuid,
    check ((kind = 'attachment') = (node is not null)),
    check ((rule = 'slow lane') = (slow_lane_kbit is not null))
);
create index access_entry_bucket on access_entry (bucket);
create index access_entry_review on access_entry (review_at) where review_at is not null;
create index access_entry_node on access_entry (node) where node is not null;
create index access_entry_site on access_entry (site_id) where site_id is not null;
create index access_entry_member on access_entry (member_id) where member_id is not null;
create index access_entry_payer on access_entry (payer_id) where payer_id is not null;
create index access_entry_v4 on access_entry using gist (prefix_v4 inet_ops);
create index access_entry_v6 on access_entry using gist (prefix_v6 inet_ops);

-- The newest version. Whoever changes the list locks this row first, so versions follow one another without a fork.
create table access_head (
    one           boolean primary key default true check (one),
    version       bigint  not null check (version >= 0),
    -- A serialised AccessListHead, and its signature; empty before the first version.
    head          bytea   not null,
    signature     bytea   not null,
    key_id        text    not null,
    entries_hash  bytea   not null,
    entries       bigint  not null,
    issued_at     timestamptz,
    not_after     timestamptz,
    -- SHA-256 of each of the 1,024 buckets in order, so that one change does not rehash the rest.
    bucket_hashes bytea   not null check (length(bucket_hashes) in (0, 32768))
);
insert into access_head (version, head, signature, key_id, entries_hash, entries, bucket_hashes)
values (0, '', '', '', '', 0, '');

-- Versions that a delta can still start from.
create table access_version (
    version      bigint      primary key,
    entries_hash bytea       not null,
    changes      int         not null,
    issued_at    timestamptz not null
);

-- What each of them changed. An empty entry: the key was removed.
create table access_change (
    version bigint not null references access_version (version) on delete cascade,
    key     text collate "C" not null,
    entry   bytea  not null,
    primary key (version, key)
);
create index access_change_key on access_change (key, version);
