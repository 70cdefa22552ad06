-- The co-op's public log as nodes are handed it: hashes of its entries, and the newest signed checkpoint. Nodes check it; here it is
-- carried only, so where the log goes back this goes back with it.
create table log_copy (
    one        boolean primary key check (one),
    size       bigint  not null check (size >= 0),
    checkpoint text    not null check (length(checkpoint) <= 65536),
    keys       text[]  not null
);

create table log_leaf (
    leaf_index bigint primary key check (leaf_index >= 0),
    hash       bytea  not null check (length(hash) = 32)
);
