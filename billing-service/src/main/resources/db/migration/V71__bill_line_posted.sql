-- Lines for what was posted to a payer's unbilled account before the bill: shares of costs, reciprocity, carriage. They name
-- where they come from and what they are; the bill itself posts nothing for them.
alter table bill_line drop constraint bill_line_kind_check;
alter table bill_line add constraint bill_line_kind_check
    check (kind in ('dues', 'usage', 'adjustment', 'carried', 'prepaid', 'share', 'reciprocity', 'carriage'));
alter table bill_line drop constraint bill_line_check1;
alter table bill_line add constraint bill_line_check1
    check ((kind in ('carried', 'prepaid', 'share', 'reciprocity', 'carriage')) = (charge is null));
alter table bill_line add column posted_id uuid;
alter table bill_line add column label text;
alter table bill_line add constraint bill_line_posted_check
    check ((posted_id is not null) = (kind in ('share', 'reciprocity', 'carriage')) and (posted_id is null) = (label is null));
