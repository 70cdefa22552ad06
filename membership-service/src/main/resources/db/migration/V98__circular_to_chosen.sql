-- A letter may go to members who were chosen one by one: how many were. 0 where a label and a zone say whom it is for.
alter table circular add column chosen integer not null default 0 check (chosen >= 0);
