-- Files that members came from, so that the same file makes nothing twice.
create table roster_import (
    sha256      bytea       primary key check (length(sha256) = 32),
    name        text        not null check (length(name) between 1 and 200),
    imported_at timestamptz not null,
    imported_by uuid        not null,
    lines       int         not null check (lines >= 0),
    members     int         not null check (members >= 0),
    sites       int         not null check (sites >= 0),
    payers      int         not null check (payers >= 0)
);
create index roster_import_at on roster_import (imported_at);

-- 0: somebody who came from such a file, and has agreed to no version of the rules here.
alter table member drop constraint member_rules_version_check, add check (rules_version >= 0);
