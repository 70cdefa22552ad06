-- What is to be told to a payer by mail: queued with the fact itself, handed over once. Whether a server took it is known, or
-- it is in doubt and left to a person; it is never guessed.
create table mail (
    id          bigint      generated always as identity primary key,
    message_id  uuid        not null unique,
    notice      text        not null check (length(notice) between 1 and 40),
    about       uuid        not null,
    copy        int         not null default 0 check (copy >= 0),
    payer_id    uuid        not null,
    queued_at   timestamptz not null,
    state       text        not null check (state in ('waiting', 'sending', 'sent', 'failed', 'doubtful', 'unaddressed', 'dropped')),
    attempts    int         not null default 0 check (attempts >= 0),
    try_after   timestamptz not null,
    worker      uuid,
    claimed_at  timestamptz,
    lease_until timestamptz,
    data_at     timestamptz,
    sent_at     timestamptz,
    sent_to     text        check (length(sent_to) <= 254),
    answer      text        check (length(answer) <= 500),
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

-- The co-op's own words of a notice, and whether it is sent at all. Where there is no row, what the software says by itself.
create table mail_text (
    notice     text        not null check (length(notice) between 1 and 40),
    language   text        not null check (language in ('en', 'es', 'ca', 'de', 'fr')),
    subject    text        not null check (length(subject) between 1 and 150),
    body       text        not null check (length(body) between 1 and 5000),
    changed_by uuid        not null,
    changed_at timestamptz not null,
    primary key (notice, language)
);
create table mail_notice (
    notice     text        primary key check (length(notice) between 1 and 40),
    enabled    boolean     not null,
    enclosed   boolean     not null,
    changed_by uuid        not null,
    changed_at timestamptz not null
);
