-- Every hold that a treasurer gave, changed or ended, and why. hardship_hold says what holds now and follows from it.
create table hardship_word (
    number    bigint      generated always as identity primary key,
    member_id uuid        not null,
    until     date,       -- null: the hold was ended
    reason    text        not null check (length(reason) between 1 and 500),
    by_member uuid        not null,
    at        timestamptz not null
);
create index hardship_word_member on hardship_word (member_id, number);

insert into hardship_word (member_id, until, reason, by_member, at)
select member_id, until, reason, held_by, held_at from hardship_hold order by held_at;

create trigger hardship_word_only_grows before update or delete on hardship_word
    for each row execute function refuse_change();
create trigger hardship_word_is_never_emptied before truncate on hardship_word
    for each statement execute function refuse_change();
