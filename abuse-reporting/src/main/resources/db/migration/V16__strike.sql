-- What an upheld decision weighs against its member, by the policy of its day; one that was reversed counts no more.
create table strike (
    decision_id uuid        primary key references decision,
    member_id   uuid        not null,
    category    text        not null,
    weight      integer     not null check (weight between 1 and 100),
    at          timestamptz not null
);

create index strike_member on strike (member_id, at);

-- Before there was a policy each weighed the least.
insert into strike (decision_id, member_id, category, weight, at)
select d.decision_id, d.subject_member_id, c.category, 1, s.at
from decision d
join decision_step s on s.decision_id = d.decision_id and s.step = 'settled'
join abuse_case c on c.case_id = d.case_id
where d.upheld and d.subject_member_id is not null;

create trigger strike_only_grows before update or delete on strike for each row execute function refuse_change();
create trigger strike_is_never_emptied before truncate on strike for each statement execute function refuse_change();
