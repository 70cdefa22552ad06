-- What has been done about the proofs of an account stays while the account does. When its owner is erased, and for them alone,
-- the transaction that erases may delete it.
drop trigger identity_event_append_only on identity_event;
create or replace function identity_event_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.account_id::text = current_setting('coopmesh.erasing', true) then
        return old;
    end if;
    raise exception 'identity_event is append-only';
end $$;
create trigger identity_event_append_only before update or delete on identity_event
    for each row execute function identity_event_stays();
create trigger identity_event_is_never_emptied before truncate on identity_event
    for each statement execute function identity_event_stays();

-- Why somebody was spared is nobody's business once they are erased; that they were, and by whom, stays.
drop trigger hardship_word_only_grows on hardship_word;
create function hardship_word_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.member_id::text = current_setting('coopmesh.erasing', true)
       and (new.number, new.member_id, new.until, new.by_member, new.at)
           is not distinct from (old.number, old.member_id, old.until, old.by_member, old.at) then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger hardship_word_only_grows before update or delete on hardship_word
    for each row execute function hardship_word_stays();

-- The same of why somebody was given or lost a role; who had which right when stays.
create or replace function role_grant_is_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.account_id::text = current_setting('coopmesh.erasing', true)
       and (new.id, new.account_id, new.role, new.granted, new.by_account, new.at)
           is not distinct from (old.id, old.account_id, old.role, old.granted, old.by_account, old.at) then
        return new;
    end if;
    raise exception 'role_grant is append-only';
end $$;
