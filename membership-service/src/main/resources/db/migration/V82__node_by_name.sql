-- Pages of nodes come in their order.
create index node_by_name on node (name, id) where removed_at is null;
