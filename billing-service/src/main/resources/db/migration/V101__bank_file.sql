-- Every file that was handed in, as it was, also one that was refused: nothing else of that one is kept.
create table bank_file (
    id          uuid        primary key,
    name        text        not null check (length(name) between 1 and 200),
    sha256      bytea       not null unique check (length(sha256) = 32),
    content     bytea       not null,
    format      text        not null check (format in ('camt', 'mt940', 'csv')),
    state       text        not null check (state in ('taken', 'refused')),
    error_line  int         check (error_line >= 0),
    error_rule  text,
    error       text,
    handed_by   uuid        not null,
    handed_at   timestamptz not null,
    check ((state = 'refused') = (error is not null and error_rule is not null and error_line is not null))
);
create index on bank_file (handed_at, id);
