-- Who replays it, and until when they will be heard of: what nobody speaks for any more was cut off, and is told as failed.
alter table simulation
    add held_by    uuid,
    add held_until timestamptz;

update simulation set state = 'failed', why = 'the service ended before it was done; try again' where state = 'running';

alter table simulation add check (state <> 'running' or (held_by is not null and held_until is not null));
