-- What members are searched by, as one text in small letters: read once for a name and an address, and compared without folding
-- each of them again. The indexes of V81 stay for a version that runs beside this one.
alter table member add column sought text generated always as (lower(name || E'\n' || email)) stored;
create index member_sought on member using gin (sought gin_trgm_ops);
