-- Other tools of the co-op that are told what happened, each with what its messages are signed with.
create table webhook_receiver (
    id            uuid        primary key,
    url           text        not null check (length(url) between 8 and 500),
    note          text        check (length(note) between 1 and 200),
    kinds         text[]      not null check (cardinality(kinds) > 0),
    secret        bytea       not null check (length(secret) between 24 and 64),
    old_secret    bytea       check (length(old_secret) between 24 and 64), -- signs as well until then
    old_until     timestamptz,
    disabled_at   timestamptz,
    disabled_why  text        check (length(disabled_why) between 1 and 300),
    listens_since timestamptz not null, -- what happened before is not told
    failing_since timestamptz, -- nothing was taken since
    taken_at      timestamptz,
    added_by      uuid        not null,
    added_at      timestamptz not null,
    check ((old_secret is null) = (old_until is null)),
    check ((disabled_at is null) = (disabled_why is null))
);

-- One message for one receiver. A fact that comes twice meets the unique constraint and changes nothing.
create table webhook_delivery (
    id          uuid        primary key,
    receiver_id uuid        not null references webhook_receiver on delete cascade,
    message_id  uuid        not null,
    kind        text        not null,
    body        text        not null check (octet_length(body) <= 65536),
    state       text        not null check (state in ('waiting', 'taken', 'failed')),
    attempts    int         not null check (attempts >= 0),
    next_at     timestamptz,
    created_at  timestamptz not null,
    tried_at    timestamptz,
    status      int, -- of the last answer; null where there was none
    why         text        check (length(why) between 1 and 300),
    took_millis int,
    unique (receiver_id, message_id),
    check ((state = 'waiting') = (next_at is not null))
);
create index on webhook_delivery (receiver_id, next_at) where next_at is not null;
create index on webhook_delivery (receiver_id, created_at, id);
create index on webhook_delivery (created_at);
