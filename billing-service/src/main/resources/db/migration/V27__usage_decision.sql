-- What a person decided about a report that was set aside, and why. Nothing is changed or removed: this is the audit.
create table usage_decision (
    node_id     bytea       not null,
    boot_id     uuid        not null,
    sequence    bigint      not null,
    hash        bytea       not null check (octet_length(hash) = 32),
    -- Why it had been set aside.
    set_aside   text        not null,
    accepted    boolean     not null,
    why         text        not null check (length(why) between 1 and 1000),
    decided_by  uuid        not null,
    decided_at  timestamptz not null,
    primary key (node_id, boot_id, sequence)
);

create index usage_decision_age on usage_decision (decided_at);

create function usage_decision_stands() returns trigger language plpgsql as $$
begin
    raise exception 'a decision stands: %', tg_op;
end $$;

create trigger usage_decision_only_grows before update or delete on usage_decision
    for each row execute function usage_decision_stands();
create trigger usage_decision_is_never_emptied before truncate on usage_decision
    for each statement execute function usage_decision_stands();

-- When a report that had been set aside came to count; null where it counts since it was received.
alter table usage_report add column counted_at timestamptz check (counted_at is null or state = 'counted');
