-- One-time codes, by hash: whoever reads this table cannot enrol with it.
create table enrolment_code (
    code_hash    bytea       primary key check (length(code_hash) = 32),
    node         uuid        not null references node (id) on delete cascade,
    expires_at   timestamptz not null,
    -- Who used it, and the answer, so that the same question gets the same answer.
    used_at      timestamptz,
    used_by      text        check (used_by ~ '^[0-9a-f]{64}$'),
    tls_key_hash bytea,
    certificate  bytea,
    check ((used_at is null) = (used_by is null)),
    check ((used_at is null) = (certificate is null))
);
create index enrolment_code_node on enrolment_code (node);
