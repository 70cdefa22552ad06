-- What staff writes down about a member, for staff; it is in what the member gets who asks for everything about them.
create table member_note (
    id        bigint      generated always as identity primary key,
    member_id uuid        not null references member,
    at        timestamptz not null,
    by_member uuid        not null,
    text      text        not null check (length(text) between 1 and 4000)
);
create index member_note_member on member_note (member_id, id);

-- Words by which the co-op sorts its members.
create table member_label (
    member_id uuid not null references member,
    label     text not null check (label ~ '^[[:alnum:]][[:alnum:] _.-]{0,39}$'),
    primary key (member_id, label)
);
create index member_label_of on member_label (label);

-- The part of the co-op's area that a site is in.
alter table site add column zone text check (zone ~ '^[[:alnum:]][[:alnum:] _.-]{0,39}$');
create index site_zone on site (zone) where zone is not null;
