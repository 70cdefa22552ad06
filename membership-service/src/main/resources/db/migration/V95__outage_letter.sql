-- Who is told by mail of an outage that affects members, and once more when it is over.
create table outage_letter (
    id           uuid        primary key,
    fault_id     uuid        not null references fault on delete cascade,
    notice       text        not null check (notice in ('outage-began', 'outage-over')),
    recipient_id uuid        not null,
    at           timestamptz not null, -- the wall clock
    unique (fault_id, notice, recipient_id)
);
create index outage_letter_recipient on outage_letter (recipient_id);
