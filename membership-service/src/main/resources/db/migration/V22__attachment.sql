-- Which site had which addresses, when. Two attachments never share an address at one time; rows are ended, not deleted.
create table attachment (
    id          uuid        primary key,
    node        uuid        not null references node (id),
    site_id     uuid        not null,
    prefix_v4   cidr        check (family(prefix_v4) = 4),
    prefix_v6   cidr        check (family(prefix_v6) = 6),
    attached_at timestamptz not null,
    detached_at timestamptz check (detached_at >= attached_at),
    check (prefix_v4 is not null or prefix_v6 is not null),
    exclude using gist (prefix_v4 inet_ops with &&, tstzrange(attached_at, detached_at) with &&),
    exclude using gist (prefix_v6 inet_ops with &&, tstzrange(attached_at, detached_at) with &&)
);
create index attachment_node on attachment (node) where detached_at is null;
create index attachment_site on attachment (site_id) where detached_at is null;
