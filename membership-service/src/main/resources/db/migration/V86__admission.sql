-- What is let in, what is refused, and what is there to be given.

-- Enrolments that were refused, and why: the newest, for who runs the network.
create table enrolment_refusal (
    number  bigint      generated always as identity primary key,
    at      timestamptz not null,
    why     text        not null check (length(why) between 1 and 200),
    -- What the code was for, and the key that asked; null where they were not to be known.
    node    uuid,
    node_id text        check (node_id ~ '^[0-9a-f]{64}$')
);

-- Boxes made ready before anybody owns them: the code is printed on a sticker, by hash here. Who claims one becomes the owner
-- of a node that the same code lets in, once.
create table prepared_node (
    id         uuid        primary key,
    code_hash  bytea       not null unique check (length(code_hash) = 32),
    name       text        not null check (length(name) between 1 and 80),
    gateway    boolean     not null,
    made_by    uuid        not null,
    made_at    timestamptz not null,
    expires_at timestamptz not null,
    claimed_by uuid,
    claimed_at timestamptz,
    node       uuid,
    check ((claimed_at is null) = (claimed_by is null) and (claimed_at is null) = (node is null))
);

-- Address pools that were added after set-up; none is ever taken away.
create table pool_added (
    prefix   cidr        primary key,
    reason   text        not null check (reason <> ''),
    added_by uuid        not null,
    added_at timestamptz not null
);
