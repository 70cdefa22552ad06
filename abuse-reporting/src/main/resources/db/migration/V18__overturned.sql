-- When the decision of a case was taken back, for the rate at which that happens.
alter table abuse_case add column overturned_at timestamptz check (overturned_at is null or upheld);

update abuse_case c set overturned_at = s.at
from decision d
join decision_step s on s.decision_id = d.decision_id and s.step = 'reversed'
where d.case_id = c.case_id and c.upheld;

create index abuse_case_moderator on abuse_case (moderator_id) where moderator_id is not null;
