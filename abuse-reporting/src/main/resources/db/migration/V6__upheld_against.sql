-- Against which member a case was upheld, as its moderators can read in its decision; none where the decision was reversed.
alter table abuse_case add column upheld_against uuid check (upheld_against is null or upheld);

create index abuse_case_upheld_against on abuse_case (upheld_against, number) where upheld_against is not null;
create index abuse_case_subject_member on abuse_case (subject_member_id, moderator_id) where subject_member_id is not null;

update abuse_case c set upheld_against = cast(m.target_value as uuid)
from decision d
join measure m on m.decision_id = d.decision_id and m.target_kind = 'member'
join decision_step s on s.decision_id = d.decision_id and s.step = 'settled'
where d.case_id = c.case_id and c.upheld
  and not exists (select from decision_step e where e.decision_id = d.decision_id and e.step = 'reversed');
