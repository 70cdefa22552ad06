-- How many moderators a decision takes, and who spoke for it, or for taking it back, before the last of them did.
alter table decision add column moderators_needed integer not null default 2 check (moderators_needed between 1 and 9);

alter table decision disable trigger decision_only_grows;
update decision d set moderators_needed = 1
where exists (
    select from decision_step s
    where s.decision_id = d.decision_id and s.step = 'settled' and s.by_member_id = d.moderator_id);
alter table decision enable trigger decision_only_grows;
alter table decision alter column moderators_needed drop default;

create table decision_voice (
    decision_id  uuid        not null references decision,
    towards      text        not null check (towards in ('agree', 'reverse')),
    by_member_id uuid        not null,
    reason       text        check ((towards = 'agree') = (reason is null)),
    at           timestamptz not null,
    primary key (decision_id, towards, by_member_id)
);

insert into decision_voice (decision_id, towards, by_member_id, reason, at)
select decision_id, 'reverse', by_member_id, reason, at from decision_step where step = 'contested';

create trigger decision_voice_only_grows before update or delete on decision_voice
    for each row execute function refuse_change();
create trigger decision_voice_is_never_emptied before truncate on decision_voice
    for each statement execute function refuse_change();

-- Until when the member may appeal; what was decided before there were appeals got the 30 days that its statement named.
alter table decision_step add column appeal_until timestamptz check (appeal_until is null or step = 'settled');

alter table decision_step disable trigger decision_step_only_grows;
update decision_step set appeal_until = at + interval '30 days' where step = 'settled';
alter table decision_step enable trigger decision_step_only_grows;
alter table decision_step add constraint what_is_settled_can_be_appealed
    check ((step = 'settled') = (appeal_until is not null));
