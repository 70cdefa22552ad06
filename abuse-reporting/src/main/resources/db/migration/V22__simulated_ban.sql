-- A ban that is tried out: it is listed with what it would hit, and stops nothing. It stands beside a real one of its target.
alter table ban add column simulated boolean not null default false;
alter table ban add constraint decisions_are_never_simulated check (not simulated or decision_id is null);

alter table ban_in_force add column simulated boolean not null default false;
alter table ban_in_force drop constraint ban_in_force_pkey;
alter table ban_in_force add primary key (target, simulated);
