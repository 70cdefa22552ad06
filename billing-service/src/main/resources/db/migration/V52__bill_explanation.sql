-- How each amount came about, as JSON: formula, inputs, result. Lines from before it was kept have none. A plan is put
-- together of parts, so a line may charge for more than flat dues and bytes.
alter table bill_line
    add column explanation text,
    add column peak_bits   bigint not null default 0,
    drop constraint bill_line_charge_check,
    add constraint bill_line_charge_check check (charge in ('dues', 'scale', 'usage', 'timed', 'peak'));
