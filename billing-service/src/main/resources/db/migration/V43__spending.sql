-- What a payer set for themselves: a cap on what a month may cost, and whether they pay ahead from their wallet; and how it
-- stands. A row is locked by whoever changes it, so the facts about one payer leave in order.
create table spending (
    payer_id      uuid        primary key,
    cap_micro     bigint      check (cap_micro >= 0),
    prepaid       boolean     not null,
    currency      text        not null check (currency ~ '^[A-Z]{3}$'),
    changed_at    timestamptz not null,
    changed_by    uuid        not null,
    -- The month in which the cap was reached, until it is cleared.
    reached_month date        check (extract(day from reached_month) = 1),
    wallet_empty  boolean     not null default false
);
