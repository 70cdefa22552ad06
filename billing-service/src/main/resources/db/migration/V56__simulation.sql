-- Closed months replayed under proposed plans. Nothing here is owed by anybody; nothing of it is in the book.
create table simulation (
    id            uuid        primary key,
    requested_by  uuid        not null,
    requested_at  timestamptz not null,
    first_month   date        not null check (extract(day from first_month) = 1),
    last_month    date        not null check (last_month >= first_month),
    proposal      text        not null, -- JSON: the plans as they were asked for
    alone_micro   bigint      check (alone_micro >= 0),
    currency      text        not null check (currency ~ '^[A-Z]{3}$'),
    state         text        not null check (state in ('running', 'done', 'failed')),
    done          int         not null default 0,
    payers        int         not null default 0,
    bills         int         not null default 0,
    reproduced    int         not null default 0,
    why           text,
    check ((state = 'failed') = (why is not null))
);
create index on simulation (requested_at);

create table simulation_share (
    simulation_id  uuid   not null references simulation on delete cascade,
    payer_id       uuid   not null,
    current_micro  bigint not null,
    proposed_micro bigint not null,
    alone_micro    bigint,
    primary key (simulation_id, payer_id)
);
