-- An open case that is handed over waits for one moderator for a while, then for anybody.
alter table abuse_case add column offered_to uuid;
alter table abuse_case add column offered_until timestamptz;
alter table abuse_case add constraint an_offer_is_of_an_open_case
    check ((offered_to is null) = (offered_until is null) and (offered_to is null or state = 'open'));

create index abuse_case_due on abuse_case (due_at, number);
