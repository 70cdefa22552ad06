-- An attempt may charge what a payer saved, without the payer: for an invoice, or into the wallet.
alter table payment_attempt
    alter column invoice_id drop not null,
    add column saving_id uuid references payment_saving, -- what is charged; null where the payer pays on a page
    add column closing boolean not null default false, -- it is not to be paid by any more
    add column decline text check (decline in ('passing', 'payer', 'final')),
    drop constraint payment_attempt_check,
    add constraint payment_attempt_open_check
        check (state <> 'open' or (references_all <> '{}' and (page is not null or saving_id is not null))),
    add check (invoice_id is not null or saving_id is not null);
