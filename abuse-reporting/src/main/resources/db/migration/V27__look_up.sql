-- Who held a prefix at a moment is the newest row of it up to then: one descent for each length that an address may have, however
-- long the history is. What overlaps a prefix is asked of the present alone.
create index attachment_held_v4 on attachment (prefix_v4, attached_at desc) where prefix_v4 is not null;
create index attachment_held_v6 on attachment (prefix_v6, attached_at desc) where prefix_v6 is not null;
drop index attachment_prefix_v4;
drop index attachment_prefix_v6;
create index attachment_prefix_v4 on attachment using gist (prefix_v4 inet_ops) where detached_at is null;
create index attachment_prefix_v6 on attachment using gist (prefix_v6 inet_ops) where detached_at is null;

-- The port that was complained of, where it counted.
alter table look_up add column port integer check (port between 0 and 65535);

-- Where the co-op wants two for a look-up: who asked, and who agreed. A request agreed to is good for one look-up.
create table look_up_request (
    request_id   uuid        primary key,
    case_id      uuid        not null,
    moderator_id uuid        not null,
    reason       text        not null check (length(reason) between 1 and 500),
    asked_at     timestamptz not null
);

create index look_up_request_case on look_up_request (case_id, moderator_id);

create table look_up_agreement (
    request_id uuid        primary key references look_up_request,
    by_id      uuid        not null,
    agreed_at  timestamptz not null
);

create table look_up_use (
    request_id uuid primary key references look_up_agreement,
    look_up_id uuid not null unique references look_up
);

create trigger look_up_request_only_grows before update or delete on look_up_request
    for each row execute function refuse_change();
create trigger look_up_request_is_never_emptied before truncate on look_up_request
    for each statement execute function refuse_change();
create trigger look_up_agreement_only_grows before update or delete on look_up_agreement
    for each row execute function refuse_change();
create trigger look_up_agreement_is_never_emptied before truncate on look_up_agreement
    for each statement execute function refuse_change();
create trigger look_up_use_only_grows before update or delete on look_up_use
    for each row execute function refuse_change();
create trigger look_up_use_is_never_emptied before truncate on look_up_use
    for each statement execute function refuse_change();
