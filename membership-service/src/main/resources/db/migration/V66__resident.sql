-- Members who live at a site that another member answers for. Nothing is billed and nothing enforced by it.
create table resident (
    site_id   uuid        not null references site,
    member_id uuid        not null references member,
    since     timestamptz not null,
    primary key (site_id, member_id)
);
create index resident_member on resident (member_id);
