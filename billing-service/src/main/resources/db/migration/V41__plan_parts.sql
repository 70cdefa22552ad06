-- A plan is put together of parts, as JSON: [{"kind": "DUES", "monthlyMicro": 12500000}, {"kind": "USAGE", ...}]. The flat
-- dues, volume and price beside it say the same of those two parts, for whoever reads only them.
alter table plan add column parts jsonb;

update plan
   set parts = jsonb_build_array(
           jsonb_build_object('kind', 'DUES', 'monthlyMicro', flat_micro),
           jsonb_build_object('kind', 'USAGE', 'includedBytes', included_bytes, 'perGbMicro', per_gb_micro));

alter table plan
    alter column parts set not null,
    add check (jsonb_typeof(parts) = 'array' and jsonb_array_length(parts) > 0);
