-- The zone as it is served, the same on every replica. One row: its newest version, and what nodes are told of it, signed.
create table zone_head (
    one        boolean     primary key default true check (one),
    serial     bigint      not null default 0 check (serial between 0 and 4294967295),
    zone       text        not null default '',
    hosts_hash bytea       not null default sha256(''),
    head       bytea       not null default '',
    signature  bytea       not null default '',
    key_id     text        not null default ''
);
insert into zone_head default values;

-- Its records without SOA, which follows from the head. Names are absolute.
create table zone_record (
    owner text not null collate "C",
    type  text not null collate "C" check (type in ('NS', 'A', 'AAAA', 'PTR', 'SRV', 'TXT')),
    rdata text not null collate "C",
    primary key (owner, type, rdata)
);

-- How each serial came out of the one before; bounded, the oldest go.
create table zone_version (
    serial     bigint      primary key,
    hosts_hash bytea       not null,
    changes    int         not null,
    at         timestamptz not null
);
create table zone_change (
    serial   bigint  not null references zone_version on delete cascade,
    position int     not null,
    added    boolean not null,
    owner    text    not null,
    type     text    not null,
    rdata    text    not null,
    primary key (serial, position)
);

-- Something the zone rests on has changed. Rows are only added by who changes it, so nobody waits for anybody.
create table zone_wish (
    id bigint generated always as identity primary key
);
