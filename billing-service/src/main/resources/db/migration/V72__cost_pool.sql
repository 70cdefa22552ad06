-- A cost that members share: declared by one, validated by two others, then allocated month by month.
create table cost_pool (
    id           uuid        primary key,
    purpose      text        not null check (length(purpose) between 1 and 200),
    amount_micro bigint      not null check (amount_micro > 0),
    currency     text        not null check (currency ~ '^[A-Z]{3}$'),
    first_month  date        not null check (extract(day from first_month) = 1),
    last_month   date        not null check (extract(day from last_month) = 1 and last_month >= first_month),
    policy       text        not null, -- JSON, as a request writes it
    -- The payer who laid the money out and is credited; null where the co-op pays.
    payee_id     uuid,
    declared_by  uuid        not null,
    declared_at  timestamptz not null,
    state        text        not null check (state in ('declared', 'validated', 'refused', 'withdrawn')),
    ended_by     uuid,
    ended_at     timestamptz,
    ended_why    text,
    check (num_nulls(ended_by, ended_at, ended_why) = case when state in ('refused', 'withdrawn') then 0 else 3 end)
);
create index on cost_pool (declared_at, id);
create index on cost_pool (first_month) where state = 'validated';

-- What the cost rests on. Once somebody validated it, it stays.
create table cost_document (
    pool_id     uuid        primary key references cost_pool,
    name        text        not null check (length(name) between 1 and 200),
    media_type  text        not null check (media_type in ('application/pdf', 'image/png', 'image/jpeg')),
    sha256      bytea       not null check (length(sha256) = 32),
    content     bytea       not null check (length(content) between 1 and 5242880),
    uploaded_at timestamptz not null
);

create table cost_validation (
    pool_id      uuid        not null references cost_pool,
    member_id    uuid        not null,
    validated_at timestamptz not null,
    sha256       bytea       not null check (length(sha256) = 32), -- The document that was looked at.
    primary key (pool_id, member_id)
);
