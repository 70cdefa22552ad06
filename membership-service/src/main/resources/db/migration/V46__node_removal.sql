-- Who took a node off the register, and why.
alter table node
    add column removed_by uuid,
    add column removed_why text check (length(removed_why) between 1 and 500),
    add check (removed_at is not null or (removed_by is null and removed_why is null));
