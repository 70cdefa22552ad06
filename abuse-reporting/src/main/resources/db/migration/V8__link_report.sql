-- The few reports of the meter about links, so that who owns an end is kept from judging.
create index report_link on report (report_id) where url like 'urn:coopmesh:link:%';
