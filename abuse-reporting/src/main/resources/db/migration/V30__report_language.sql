-- In which language its reporter is written to; null: in the co-op's.
alter table report add column language text check (language in ('en', 'es', 'ca', 'de', 'fr'));
