-- A pool's month, shared out; a later revision counts what came to light since and posts only the difference.
create table cost_allocation (
    id           uuid        primary key,
    pool_id      uuid        not null references cost_pool,
    month        date        not null check (extract(day from month) = 1),
    revision     int         not null check (revision > 0),
    made_at      timestamptz not null,
    -- The month with whose closing it was last looked at.
    looked_with  date        not null,
    amount_micro bigint      not null check (amount_micro >= 0),
    currency     text        not null,
    formula      text        not null,
    facts        text        not null, -- JSON: who took part, with what, and the links
    unique (pool_id, month, revision)
);

-- What one payer was charged for one member, or, without a member, credited for laying it out. Posted is what this revision
-- adds to the ones before.
create table cost_share (
    id            uuid   primary key,
    allocation_id uuid   not null references cost_allocation,
    participant   int    not null check (participant >= -1),
    member_id     uuid,
    payer_id      uuid   not null,
    amount_micro  bigint not null,
    posted_micro  bigint not null,
    bill_id       uuid
);
create index on cost_share (allocation_id, participant);
create index on cost_share (payer_id) where bill_id is null and posted_micro <> 0;
create index on cost_share (member_id);

-- Months that could not be shared, and why; gone when they could.
create table cost_problem (
    pool_id uuid        not null references cost_pool,
    month   date        not null,
    rule    text        not null,
    message text        not null,
    at      timestamptz not null,
    primary key (pool_id, month)
);
