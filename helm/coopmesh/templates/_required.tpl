{{/* What has no default must be given; the chart refuses to be rendered without. */}}
{{- define "coopmesh.required" -}}
{{- $_ := required "publicUrl: what do browsers type?" .Values.publicUrl -}}
{{- $_ = required "podAddresses: which addresses do this cluster's pods have (a pattern)?" .Values.podAddresses -}}
{{- $_ = required "neverBan: which addresses must never be banned? At least the node ports'" (join "," .Values.neverBan) -}}
{{- $_ = required "secret: which Secret holds the passwords? See README.md" .Values.secret -}}
{{- $_ = required "postgresql.host: where is PostgreSQL?" .Values.postgresql.host -}}
{{- $_ = required "kafka.bootstrapServers: where is Kafka?" .Values.kafka.bootstrapServers -}}
{{- $_ = required "nodePorts.membership.host: what do nodes call?" .Values.nodePorts.membership.host -}}
{{- $_ = required "nodePorts.billing.host: what do nodes call?" .Values.nodePorts.billing.host -}}
{{- if and (or (gt (int .Values.membership.replicas) 1) (gt (int .Values.membership.autoscaling.max) 1)) (ne .Values.keys.accessMode "ReadWriteMany") -}}
{{- fail "more than one replica of membership needs keys.accessMode ReadWriteMany: every replica reads and renews the same keys" -}}
{{- end -}}
{{- end -}}
