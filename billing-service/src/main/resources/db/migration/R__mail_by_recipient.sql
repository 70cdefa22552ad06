-- A member's page shows which mails went to their payer.
create index if not exists mail_recipient on mail (recipient_id, id);
