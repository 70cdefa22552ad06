-- What credit notes gave back: beside income, so that what was earned and what was given back are both seen.
insert into ledger_account_kind (kind, owned) values ('credited', false);

-- Credit notes have numbers of their own, without gaps like those of invoices.
create table credit_note_series (
    series      text   primary key check (series ~ '^CN[0-9]{4}$'),
    last_number bigint not null check (last_number > 0)
);

-- The only way in which an issued invoice is corrected.
create table credit_note (
    id           uuid        primary key,
    invoice_id   uuid        not null references invoice,
    series       text        not null references credit_note_series,
    number       bigint      not null check (number > 0),
    payer_id     uuid        not null,
    issued_on    date        not null,
    issued_at    timestamptz not null,
    issued_by    uuid        not null,
    amount_micro bigint      not null check (amount_micro > 0),
    currency     text        not null,
    reason       text        not null check (length(reason) between 1 and 300),
    unique (series, number)
);
create index on credit_note (invoice_id);

-- Never more than the invoice, whoever asks at the same time: the door holds the invoice's row.
create function credit_note_within_invoice() returns trigger language plpgsql as $$
begin
    if (select sum(amount_micro) from credit_note where invoice_id = new.invoice_id)
       > (select total_micro from invoice where id = new.invoice_id) then
        raise exception 'more is credited than was invoiced';
    end if;
    return null;
end $$;
create trigger credit_note_within_invoice after insert on credit_note
    for each row execute function credit_note_within_invoice();

create function credit_note_stays() returns trigger language plpgsql as $$
begin
    raise exception 'a credit note stays as it is';
end $$;
create trigger credit_note_stays before update or delete on credit_note
    for each row execute function credit_note_stays();

comment on column document.invoice_id is 'Of the invoice, or of the credit note, whose series begins with CN.';
