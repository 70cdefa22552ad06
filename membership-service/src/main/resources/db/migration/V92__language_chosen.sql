-- Whether somebody chose the language that they read and are written to in: then no browser's wish replaces it.
alter table account add column language_chosen boolean not null default false;
