-- An invoice on paper: queued after its issue, drawn up once, then kept as it is. Whether it is the same as what was handed
-- out is told by its hashes.
create table document (
    invoice_id  uuid        primary key,
    series      text        not null,
    number      bigint      not null check (number > 0),
    payer_id    uuid        not null,
    issued_on   date        not null,
    state       text        not null check (state in ('waiting', 'ready', 'failed')),
    attempts    int         not null default 0 check (attempts >= 0),
    try_after   timestamptz not null,
    failure     text,
    pdf         bytea,
    xml         bytea,
    pdf_sha256  bytea       check (length(pdf_sha256) = 32),
    xml_sha256  bytea       check (length(xml_sha256) = 32),
    drawn_up_at timestamptz,
    unique (series, number),
    check ((state = 'ready') = (pdf is not null and xml is not null and pdf_sha256 is not null and xml_sha256 is not null
                                and drawn_up_at is not null)),
    check (state <> 'failed' or failure is not null)
);
-- A PDF is compressed already.
alter table document alter column pdf set storage external;
create index on document (try_after) where state = 'waiting';
create index on document (issued_on);

create function document_is_drawn_up_once() returns trigger language plpgsql as $$
begin
    raise exception 'a document is drawn up once';
end $$;
create trigger document_is_drawn_up_once before update on document
    for each row when (old.state = 'ready') execute function document_is_drawn_up_once();
