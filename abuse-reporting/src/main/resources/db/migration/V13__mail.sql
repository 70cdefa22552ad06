-- What is to be told to people by mail: queued with the fact itself, handed over once. The module mail alone speaks of these two.
create table mail (
    id           bigint      generated always as identity primary key,
    message_id   uuid        not null unique,
    notice       text        not null check (length(notice) between 1 and 40),
    about        uuid        not null,
    copy         int         not null default 0 check (copy >= 0),
    recipient_id uuid        not null,
    queued_at    timestamptz not null,
    state        text        not null check (state in ('waiting', 'sending', 'sent', 'failed', 'doubtful', 'unaddressed', 'dropped')),
    attempts     int         not null default 0 check (attempts >= 0),
    try_after    timestamptz not null,
    worker       uuid,
    claimed_at   timestamptz,
    lease_until  timestamptz,
    data_at      timestamptz,
    sent_at      timestamptz,
    sent_to      text        check (length(sent_to) <= 254),
    answer       text        check (length(answer) <= 500),
    unique (notice, about, copy),
    check (state <> 'sending' or (worker is not null and claimed_at is not null and lease_until is not null)),
    check (state <> 'sent' or (data_at is not null and sent_at is not null and sent_to is not null))
);
create index on mail (try_after, id) where state = 'waiting';
create index on mail (lease_until) where state = 'sending';
create index on mail (claimed_at);
create index on mail (state, id);

-- One row: who looks for mails to send holds it, so that all together keep to the limit; and why nobody sends for now.
create table mail_gate (
    one          boolean     primary key default true check (one),
    paused_until timestamptz,
    why          text        check (length(why) <= 500)
);
insert into mail_gate default values;
