-- A part of a name or of an address is found without reading every member; pages of members come in their order.
create extension if not exists pg_trgm;
create index member_name_part on member using gin (name gin_trgm_ops);
create index member_email_part on member using gin (email gin_trgm_ops);
create index member_by_name on member (lower(name), id);
create index payer_name_part on payer using gin (name gin_trgm_ops);
create index payer_email_part on payer using gin (email gin_trgm_ops);
