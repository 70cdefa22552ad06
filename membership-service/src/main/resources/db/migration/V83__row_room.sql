-- Each row is written anew whenever its node says something: with room on its page it stays there, and no index changes.
alter table access_receipt set (fillfactor = 50);
alter table node_status set (fillfactor = 50);
