-- Facts that this service owns, written in the transaction that made them true. Rows stay: a topic is rebuilt from them.
create table outbox (
    id           bigint generated always as identity primary key,
    event_id     uuid        not null unique,
    topic        text        not null,
    key          text        not null,
    type         text        not null,
    occurred_at  timestamptz not null,
    payload      bytea       not null,
    published_at timestamptz
);

create index outbox_unpublished on outbox (id) where published_at is null;

create function outbox_wake_relay() returns trigger language plpgsql as $$
begin
    notify outbox;
    return null;
end $$;

create trigger outbox_wakes_relay after insert on outbox
    for each statement execute function outbox_wake_relay();

-- Facts of others that were taken in, by the capability (consumer group) that took them.
create table inbox (
    consumer_group text        not null,
    event_id       uuid        not null,
    accepted_at    timestamptz not null,
    primary key (consumer_group, event_id)
);

-- Messages that a listener could not take in. Nothing is skipped in silence: they wait here for a person.
create table dead_letter (
    id             bigint generated always as identity primary key,
    consumer_group text        not null,
    topic          text        not null,
    partition      integer     not null,
    kafka_offset   bigint      not null,
    key            text,
    payload        bytea,
    cause          text        not null,
    failed_at      timestamptz not null,
    resolved_at    timestamptz,
    unique (consumer_group, topic, partition, kafka_offset)
);
