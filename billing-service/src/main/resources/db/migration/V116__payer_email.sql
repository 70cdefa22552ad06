-- Where notices about invoices go. Given for them, like the rest; membership's addresses for signing in stay there.
alter table payer_details add column email text check (length(email) <= 254);
