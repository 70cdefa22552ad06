-- By which a key is told from others where it is shown: its first characters, of 32. Older keys have none.
alter table bouncer add column key_prefix text check (length(key_prefix) = 6);

-- A key to a server of others is sealed where the service was given a secret: sealed: and base64, longer than the key.
alter table outside_list drop constraint outside_list_api_key_check;
alter table outside_list add constraint outside_list_api_key_check check (length(api_key) <= 400);
