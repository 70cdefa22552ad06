-- Certificates that nodes hold, until a while after their end; the revocation lists are made from this. Times are the
-- machine's, as in certificates. A certificate of before this table is noted when its node next asks for anything.
create table node_certificate (
    authority  text        not null check (authority ~ '^[0-9a-f]{64}$'),
    serial     text        not null check (serial ~ '^[0-9a-f]{1,40}$'),
    node_id    text        not null check (node_id ~ '^[0-9a-f]{64}$'),
    ends_at    timestamptz not null,
    -- SHA-256 of the SubjectPublicKeyInfo: no two nodes have the same.
    tls_key_hash bytea     not null check (length(tls_key_hash) = 32),
    revoked_at timestamptz,
    reason     text        check (reason in ('key-compromise', 'superseded', 'cessation-of-operation')),
    primary key (authority, serial),
    check ((revoked_at is null) = (reason is null))
);
create index node_certificate_node on node_certificate (node_id);
create index node_certificate_key on node_certificate (tls_key_hash);
create index node_certificate_end on node_certificate (ends_at);

-- The newest revocation list of each authority, as it is handed out. Numbers only grow, also when the database is set back.
create table revocation_list (
    authority      text        primary key check (authority ~ '^[0-9a-f]{64}$'),
    number         bigint      not null check (number > 0),
    made_at        timestamptz not null,
    next_update_at timestamptz not null check (next_update_at > made_at),
    der            bytea       not null,
    -- Something was revoked since; the next who asks has it made anew.
    stale          boolean     not null default false
);
