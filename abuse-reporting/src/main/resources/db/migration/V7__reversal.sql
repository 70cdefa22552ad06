-- What two decided takes two to take back: the first of them leaves a step of its own, and all holds until the second.
alter table decision_step drop constraint decision_step_step_check;
alter table decision_step add constraint decision_step_step_check
    check (step in ('settled', 'declined', 'contested', 'reversed'));
