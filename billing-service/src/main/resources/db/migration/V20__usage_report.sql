-- One signed report of a node, kept as the bytes that were signed. A report sent twice meets the primary key and changes
-- nothing. The signature is over the last report of its run, which names the hash of the one before, and so on down.
create table usage_report (
    node_id       bytea       not null check (octet_length(node_id) = 32),
    boot_id       uuid        not null,
    sequence      bigint      not null check (sequence >= 1),
    started_at    timestamptz not null,
    ended_at      timestamptz not null,
    received_at   timestamptz not null,
    state         text        not null check (state in ('counted', 'implausible')),
    -- Why it is set aside; a person, or the roster that catches up, decides later.
    reason        text,
    -- Came long after its window was over: from a backlog, or by a slow clock.
    late          boolean     not null,
    hash          bytea       not null check (octet_length(hash) = 32),
    previous_hash bytea       not null,
    signed        bytea       not null,
    run_last      bigint      not null check (run_last >= sequence),
    run_signature bytea       not null check (octet_length(run_signature) = 64),
    primary key (node_id, boot_id, sequence),
    check ((state = 'implausible') = (reason is not null)),
    check (state = 'implausible' or ended_at > started_at)
);

create index usage_report_by_time on usage_report (node_id, started_at);
create index usage_report_implausible on usage_report (received_at) where state = 'implausible';
-- Rows come in the order of received_at, so the old ones lie together for the job that removes them.
create index usage_report_age on usage_report using brin (received_at);
