-- What the assembly decided about money. What was not carried out has the reason.
create table money_resolution (
    proposal_id    uuid        primary key,
    number         int         not null unique,
    effective_on   date        not null,
    kind           text        not null check (kind in ('dues', 'budget', 'outage-credit')),
    what           text        not null check (length(what) between 1 and 300),
    heard_at       timestamptz not null,
    carried_out_at timestamptz,
    why            text        check (length(why) between 1 and 500),
    check (carried_out_at is null or why is null)
);
