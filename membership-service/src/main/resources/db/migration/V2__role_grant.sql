-- Every grant and withdrawal of a role, in order; the newest row of an account and role says whether it is held.
create table role_grant (
    id         bigint      generated always as identity primary key,
    account_id uuid        not null references account,
    role       text        not null check (role in ('member', 'treasurer', 'moderator', 'network', 'board')),
    granted    boolean     not null,
    reason     text        not null check (reason <> ''),
    by_account uuid        references account, -- null: the set-up of the co-op
    at         timestamptz not null
);
create index role_grant_newest on role_grant (account_id, role, id desc);

create view role_held as
select account_id, role
from (select distinct on (account_id, role) account_id, role, granted
      from role_grant
      order by account_id, role, id desc) newest
where granted;

create function role_grant_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'role_grant is append-only';
end
$$;
create trigger role_grant_append_only before update or delete on role_grant
    for each row execute function role_grant_is_append_only();
create trigger role_grant_no_truncate before truncate on role_grant
    for each statement execute function role_grant_is_append_only();
