-- A member's page shows which mails went to them.
create index mail_recipient on mail (recipient_id, id);
