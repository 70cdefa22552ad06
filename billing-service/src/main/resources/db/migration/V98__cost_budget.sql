-- What the assembly lets be spent on a purpose, for each month from one on, until another number is decided. What no budget names
-- has no ceiling.
create table cost_budget (
    purpose_key   text        not null check (purpose_key = lower(purpose_key)), -- Purposes that differ in case alone are one.
    first_month   date        not null check (extract(day from first_month) = 1),
    purpose       text        not null check (length(purpose) between 1 and 200),
    monthly_micro bigint      not null check (monthly_micro >= 0),
    currency      text        not null check (currency ~ '^[A-Z]{3}$'),
    resolution    int         not null,
    decided_at    timestamptz not null,
    primary key (purpose_key, first_month)
);
