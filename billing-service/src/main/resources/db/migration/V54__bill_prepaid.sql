-- A bill tells what was paid ahead for its month apart from the remainder that it carries.
alter table bill_line
    drop constraint bill_line_kind_check,
    add constraint bill_line_kind_check check (kind in ('dues', 'usage', 'adjustment', 'carried', 'prepaid')),
    drop constraint bill_line_check1,
    add constraint bill_line_check1 check ((kind in ('carried', 'prepaid')) = (charge is null));
