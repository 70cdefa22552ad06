-- Who came from another register has no password until they choose one by a code that the board hands them.
alter table account add column claimed boolean not null default true;

-- One code an account; it counts once.
create table welcome_code (
    account_id uuid        primary key references account,
    digest     text        not null check (digest ~ '^[0-9a-f]{64}$'),
    expires_at timestamptz not null
);
