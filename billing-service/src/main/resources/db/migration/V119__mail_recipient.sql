-- The queue of mails is shared with other services by the module mail, where whom a mail is for is no payer.
alter table mail rename column payer_id to recipient_id;
