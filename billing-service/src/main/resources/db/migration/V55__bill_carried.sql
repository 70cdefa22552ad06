-- What a bill found on the payer's unbilled account, and what was paid ahead for its month: with these and the facts of its
-- months it can be drawn up again. Bills from before this was kept have neither.
alter table bill
    add column carried_micro bigint,
    add column prepaid_micro bigint,
    add check ((carried_micro is null) = (prepaid_micro is null));
