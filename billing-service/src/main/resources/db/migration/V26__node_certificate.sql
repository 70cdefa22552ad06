-- The certificates that nodes showed when they reported: what ties a key that signs reports to the co-op's authority.
create table node_certificate (
    node_id    bytea       not null check (octet_length(node_id) = 32),
    hash       bytea       not null check (octet_length(hash) = 32),
    der        bytea       not null,
    -- The certificate of the authority that had issued it.
    authority  bytea       not null,
    first_seen timestamptz not null,
    primary key (node_id, hash)
);
