-- What staff wrote to many members at once. Each recipient's line is what their mail is about.
create table circular (
    id         uuid        primary key,
    by_member  uuid        not null,
    at         timestamptz not null,
    label      text        not null,
    zone       text        not null,
    language   text        not null check (language in ('en', 'es', 'ca', 'de', 'fr')),
    subject    text        not null,
    text       text        not null
);
create index circular_newest on circular (at desc, id desc);

create table circular_recipient (
    id          uuid primary key default gen_random_uuid(),
    circular_id uuid not null references circular (id),
    member_id   uuid not null,
    unique (circular_id, member_id)
);
create index circular_recipient_member on circular_recipient (member_id);
