-- When an invoice took money and when it gave it back, so that what was collected in a span of time can be told for good.
alter table invoice_settlement add column settled_at timestamptz;
update invoice_settlement set settled_at = received_on::timestamp at time zone 'UTC';
alter table invoice_settlement alter column settled_at set not null;
create index on invoice_settlement (settled_at);

create table invoice_return (
    id           bigint      generated always as identity primary key,
    invoice_id   uuid        not null,
    line         int         not null,
    amount_micro bigint      not null check (amount_micro > 0),
    returned_at  timestamptz not null,
    foreign key (invoice_id, line) references invoice_settlement (invoice_id, line)
);
create index on invoice_return (returned_at);
create index on bill (billed_at);
