{{/* What has no default must be given; the chart refuses to be rendered without. */}}
{{- define "coopmesh.required" -}}
{{- $_ := required "publicUrl: what do browsers type?" .Values.publicUrl -}}
{{- $_ = required "podAddresses: which addresses do this cluster's pods have (a pattern)?" .Values.podAddresses -}}
{{- $_ = required "neverBan: which addresses must never be banned? At least the node ports'" (join "," .Values.neverBan) -}}
{{- $_ = required "secret: which Secret holds the passwords? See README.md" .Values.secret -}}
{{- if not .Values.operators.postgresql.enabled -}}
{{- $_ = required "postgresql.host: where is PostgreSQL?" .Values.postgresql.host -}}
{{- else if .Values.postgresql.host -}}
{{- fail "postgresql.host names one, and operators.postgresql asks for another: leave one of them out" -}}
{{- else if .Values.postgresql.caSecret -}}
{{- fail "postgresql.caSecret names authorities, and operators.postgresql brings its own: leave it out" -}}
{{- end -}}
{{- if not .Values.operators.kafka.enabled -}}
{{- $_ = required "kafka.bootstrapServers: where is Kafka?" .Values.kafka.bootstrapServers -}}
{{- else if .Values.kafka.bootstrapServers -}}
{{- fail "kafka.bootstrapServers names one, and operators.kafka asks for another: leave one of them out" -}}
{{- else if .Values.kafka.caSecret -}}
{{- fail "kafka.caSecret names authorities, and operators.kafka brings its own: leave it out" -}}
{{- end -}}
{{- if and .Values.postgresql.caSecret (not (hasPrefix "verify" .Values.postgresql.sslMode)) -}}
{{- fail "postgresql.caSecret: with this postgresql.sslMode no certificate is looked at; say verify-full" -}}
{{- end -}}
{{- if and .Values.kafka.caSecret (not (hasSuffix "SSL" .Values.kafka.securityProtocol)) -}}
{{- fail "kafka.caSecret: with this kafka.securityProtocol no certificate is looked at; say SSL or SASL_SSL" -}}
{{- end -}}
{{- $_ = required "nodePorts.membership.host: what do nodes call?" .Values.nodePorts.membership.host -}}
{{- $_ = required "nodePorts.billing.host: what do nodes call?" .Values.nodePorts.billing.host -}}
{{- if and (or (gt (int .Values.membership.replicas) 1) (gt (int .Values.membership.autoscaling.max) 1)) (ne .Values.keys.accessMode "ReadWriteMany") -}}
{{- fail "more than one replica of membership needs keys.accessMode ReadWriteMany: every replica reads and renews the same keys" -}}
{{- end -}}
{{- end -}}
