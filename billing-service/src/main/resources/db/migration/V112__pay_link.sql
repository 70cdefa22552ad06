-- Who holds the link may see what is open on one invoice. Of the link itself only the hash is kept.
create table pay_link (
    token_sha256 bytea       primary key check (length(token_sha256) = 32),
    invoice_id   uuid        not null references invoice,
    made_at      timestamptz not null
);
create index on pay_link (invoice_id);
