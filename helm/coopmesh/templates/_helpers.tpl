{{/* The names of things: <release>-<part>, cut to what Kubernetes allows. Takes (list $ part). */}}
{{- define "coopmesh.name" -}}
{{- printf "%s-%s" ((index . 0).Release.Name | trunc 40 | trimSuffix "-") (index . 1) -}}
{{- end -}}

{{/* What selects the pods of one part, and never changes. Takes (list $ part). */}}
{{- define "coopmesh.selector" -}}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/name: {{ index . 1 }}
{{- end -}}

{{/* Labels of everything. Takes (list $ part). */}}
{{- define "coopmesh.labels" -}}
{{ include "coopmesh.selector" . }}
app.kubernetes.io/part-of: coopmesh
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end -}}

{{- define "coopmesh.keysClaim" -}}
{{- .Values.keys.existingClaim | default (include "coopmesh.name" (list . "keys")) -}}
{{- end -}}

{{- define "coopmesh.jdbcUrl" -}}
{{- $root := index . 0 -}}
{{- printf "jdbc:postgresql://%s:%v/%s?sslmode=%s" $root.Values.postgresql.host (int $root.Values.postgresql.port) (index . 1) $root.Values.postgresql.sslMode -}}
{{- if hasPrefix "verify" $root.Values.postgresql.sslMode }}&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory{{ end -}}
{{- end -}}

{{/* Where a part answers to the others. Takes (list $ part port). */}}
{{- define "coopmesh.url" -}}
{{- printf "http://%s:%v" (include "coopmesh.name" .) (int (index . 2)) -}}
{{- end -}}

{{/* Settings of those who check tokens. */}}
{{- define "coopmesh.tokens" -}}
COOPMESH_ISSUER: {{ printf "%s/id" .Values.publicUrl | quote }}
COOPMESH_JWKS: {{ printf "%s/id/oauth2/jwks" (include "coopmesh.url" (list . "membership" 8081)) | quote }}
{{- end -}}

{{/* Settings of those who state and hear facts. */}}
{{- define "coopmesh.kafka" -}}
COOPMESH_KAFKA: {{ .Values.kafka.bootstrapServers | quote }}
{{- if ne .Values.kafka.securityProtocol "PLAINTEXT" }}
SPRING_KAFKA_SECURITY_PROTOCOL: {{ .Values.kafka.securityProtocol }}
{{- end }}
{{- with .Values.kafka.saslMechanism }}
SPRING_KAFKA_PROPERTIES_SASL_MECHANISM: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* An environment variable from the chart's Secret. Takes (list $ variable key). */}}
{{- define "coopmesh.secret" -}}
- name: {{ index . 1 }}
  valueFrom: { secretKeyRef: { name: {{ (index . 0).Values.secret | quote }}, key: {{ index . 2 }} } }
{{- end -}}

{{- define "coopmesh.kafkaSecret" -}}
{{- with .Values.kafka.saslSecret }}
- name: SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG
  valueFrom: { secretKeyRef: { name: {{ . | quote }}, key: sasl-jaas-config } }
{{- end }}
{{- end -}}
