-- That somebody wants to give up what is owed on an invoice, until another person agrees. What was agreed stays, with both names.
create table write_off (
    id          bigint      generated always as identity primary key,
    invoice_id  uuid        not null references invoice,
    reason      text        not null check (length(reason) between 1 and 500),
    asked_by    uuid        not null,
    asked_at    timestamptz not null,
    state       text        not null check (state in ('asked', 'approved', 'withdrawn')),
    decided_by  uuid,
    decided_at  timestamptz,
    check ((state = 'asked') = (decided_by is null)),
    check ((decided_by is null) = (decided_at is null)),
    check (state <> 'approved' or decided_by <> asked_by)
);
create unique index on write_off (invoice_id) where state = 'asked';
create index on write_off (invoice_id);
