-- When something last went back on an invoice is asked invoice by invoice.
create index on invoice_return (invoice_id, returned_at);
