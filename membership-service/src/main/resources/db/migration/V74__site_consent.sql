-- Since when a site may be on public maps: by the word of the member who answers for it, and of nobody else. Null: it may not.
alter table site add column public_since timestamptz;
