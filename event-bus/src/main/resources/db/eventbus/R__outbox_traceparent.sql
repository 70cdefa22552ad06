-- In which trace a fact was stated, as W3C Trace Context writes it, so that hearers go on with it. Null where traces are off, and for
-- what is said again.
alter table outbox add column if not exists traceparent text check (length(traceparent) <= 55);
