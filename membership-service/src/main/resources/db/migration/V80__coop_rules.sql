-- Every version of the co-op's rules; the newest is the one in force, which coop names.
create table coop_rules (
    version     int         primary key check (version >= 1),
    text        text        not null,
    in_force_at timestamptz not null,
    resolution  text -- null: the rules that the co-op was founded with
);
insert into coop_rules (version, text, in_force_at)
select rules_version, rules_text, constituted_at from coop;
create trigger coop_rules_only_grow before update or delete on coop_rules
    for each row execute function refuse_change();
create trigger coop_rules_are_never_emptied before truncate on coop_rules
    for each statement execute function refuse_change();
