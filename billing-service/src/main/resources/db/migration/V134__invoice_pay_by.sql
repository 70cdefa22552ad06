-- The last day to pay as it stands now, where that is later than the one as issued: what was paid and went back is owed from
-- the day on which it was opened again. Null for the one as issued.
alter table invoice add column pay_by date check (pay_by > due_on);
