-- What was heard of one boot of a node: its sequences run from 1 without holes, so highest - reports were never seen.
create table usage_boot (
    node_id        bytea       not null,
    boot_id        uuid        not null,
    identity_key   bytea       not null check (octet_length(identity_key) = 44),
    highest        bigint      not null check (highest >= 1),
    reports        bigint      not null check (reports >= 1),
    -- Signed bytes up to here are no longer kept.
    pruned_to      bigint      not null default 0,
    last_report_at timestamptz not null,
    primary key (node_id, boot_id)
) with (fillfactor = 80);
