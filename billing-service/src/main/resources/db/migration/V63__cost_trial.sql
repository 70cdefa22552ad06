-- Months of a shared cost replayed under another policy, in the background. Nothing of it is owed by anybody or in the book.
create table cost_trial (
    id           uuid        primary key,
    pool_id      uuid        not null, -- In cost_pool, which a new database has only later.
    requested_by uuid        not null,
    requested_at timestamptz not null,
    first_month  date        not null check (extract(day from first_month) = 1),
    last_month   date        not null check (extract(day from last_month) = 1 and last_month >= first_month),
    policy       text, -- JSON, as a request writes it; forgotten when it is over
    alone_micro  bigint      check (alone_micro >= 0),
    currency     text        not null check (currency ~ '^[A-Z]{3}$'),
    done         int         not null default 0, -- months
    state        text        not null check (state in ('running', 'done', 'failed')),
    why          text,
    result       text, -- JSON: months, problems and the spread
    -- Whoever replays it; when nothing was heard of them by then, another takes over.
    held_by      uuid,
    held_until   timestamptz,
    attempts     int         not null default 0,
    check ((state = 'running') = (policy is not null)),
    check ((state = 'failed') = (why is not null)),
    check ((state = 'done') = (result is not null)),
    check ((held_by is null) = (held_until is null))
);
create index on cost_trial (requested_at);

create table cost_trial_difference (
    trial_id       uuid   not null references cost_trial on delete cascade,
    place          int    not null, -- The largest difference first.
    member_id      uuid,
    payer_id       uuid   not null,
    current_micro  bigint not null,
    proposed_micro bigint not null,
    alone_micro    bigint,
    primary key (trial_id, place)
);
create index on cost_trial_difference (trial_id, payer_id);
