-- Requests that move money and what was answered, so that one sent twice is done once. The answer is null only within the
-- transaction that does it.
create table idempotency_key (
    action         text        not null,
    key            text        not null check (length(key) between 1 and 200),
    request_sha256 bytea       not null check (length(request_sha256) = 32),
    answer         text,
    created_at     timestamptz not null,
    primary key (action, key)
);
