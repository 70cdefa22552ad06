-- NOTIFY in the transaction of a fact holds a lock of the whole server until that transaction has reached the disk, so that
-- all who state facts would wait for the disk one after another. The outbox rings after the commit instead.
drop trigger if exists outbox_wakes_relay on outbox;
drop function if exists outbox_wake_relay();
