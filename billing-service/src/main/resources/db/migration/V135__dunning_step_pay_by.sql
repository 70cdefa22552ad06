-- From which last day to pay a step was counted, where that is later than the one as issued: from a later one it is taken anew.
alter table dunning_step add column pay_by date;
