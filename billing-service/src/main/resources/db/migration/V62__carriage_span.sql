-- From which to which byte of the month's sum an entry of carriage goes, each sum priced and rounded for itself: with it the amount
-- is reckoned again to the micro-unit. An entry from before this, or one that an older version added to, has not all of it.
create table carriage_span (
    entry_id     uuid   not null, -- In settlement_entry, which a new database has only later.
    node_id      text   not null,
    site_id      uuid   not null,
    other_id     uuid   not null, -- The payer on the other side.
    price_micro  bigint not null,
    bytes_before bigint not null check (bytes_before >= 0),
    bytes_after  bigint not null check (bytes_after >= 0),
    primary key (entry_id, node_id, site_id, other_id, price_micro)
);
