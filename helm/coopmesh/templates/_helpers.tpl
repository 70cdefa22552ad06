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
{{- $host := $root.Values.operators.postgresql.enabled | ternary (printf "%s-rw" (include "coopmesh.name" (list $root "db"))) $root.Values.postgresql.host -}}
{{- $sslMode := $root.Values.operators.postgresql.enabled | ternary "verify-full" $root.Values.postgresql.sslMode -}}
{{- printf "jdbc:postgresql://%s:%v/%s?sslmode=%s" $host (int $root.Values.postgresql.port) (index . 1) $sslMode -}}
{{- if include "coopmesh.postgresqlAuthority" $root }}&sslrootcert=/run/authorities/postgresql.crt
{{- else if hasPrefix "verify" $sslMode }}&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory{{ end -}}
{{- end -}}

{{/* The Secret with the authorities of PostgreSQL's certificate, the operator's or the one that is named; empty for those that everybody knows. */}}
{{- define "coopmesh.postgresqlAuthority" -}}
{{- .Values.operators.postgresql.enabled | ternary (printf "%s-ca" (include "coopmesh.name" (list . "db"))) .Values.postgresql.caSecret -}}
{{- end -}}

{{/* The same of Kafka's certificates. */}}
{{- define "coopmesh.kafkaAuthority" -}}
{{- .Values.operators.kafka.enabled | ternary (printf "%s-cluster-ca-cert" (include "coopmesh.name" (list . "bus"))) .Values.kafka.caSecret -}}
{{- end -}}

{{/* The volume with them, of a pod that calls PostgreSQL and, if so, Kafka. An operator's Secret may hold the authority's key too: nothing but its certificate is taken. Takes (list $ callsKafka). */}}
{{- define "coopmesh.authorities" -}}
{{- $root := index . 0 -}}
{{- $postgresql := include "coopmesh.postgresqlAuthority" $root -}}
{{- $kafka := index . 1 | ternary (include "coopmesh.kafkaAuthority" $root) "" -}}
{{- if or $postgresql $kafka -}}
- name: authorities
  projected:
    defaultMode: 292
    sources:
      {{- with $postgresql }}
      - secret: { name: {{ . | quote }}, items: [{ key: ca.crt, path: postgresql.crt }] }
      {{- end }}
      {{- with $kafka }}
      - secret: { name: {{ . | quote }}, items: [{ key: ca.crt, path: kafka.crt }] }
      {{- end }}
{{- end -}}
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
{{- if .Values.operators.kafka.enabled }}
COOPMESH_KAFKA: {{ printf "%s-kafka-bootstrap:9092" (include "coopmesh.name" (list . "bus")) | quote }}
SPRING_KAFKA_SECURITY_PROTOCOL: SASL_SSL
SPRING_KAFKA_PROPERTIES_SASL_MECHANISM: SCRAM-SHA-512
{{- else }}
COOPMESH_KAFKA: {{ .Values.kafka.bootstrapServers | quote }}
{{- if ne .Values.kafka.securityProtocol "PLAINTEXT" }}
SPRING_KAFKA_SECURITY_PROTOCOL: {{ .Values.kafka.securityProtocol }}
{{- end }}
{{- with .Values.kafka.saslMechanism }}
SPRING_KAFKA_PROPERTIES_SASL_MECHANISM: {{ . | quote }}
{{- end }}
{{- end }}
{{- if include "coopmesh.kafkaAuthority" . }}
SPRING_KAFKA_SSL_TRUSTSTORETYPE: PEM
SPRING_KAFKA_SSL_TRUSTSTORELOCATION: file:/run/authorities/kafka.crt
{{- end }}
{{- end -}}

{{/* An environment variable from the chart's Secret. Takes (list $ variable key). */}}
{{- define "coopmesh.secret" -}}
- name: {{ index . 1 }}
  valueFrom: { secretKeyRef: { name: {{ (index . 0).Values.secret | quote }}, key: {{ index . 2 }} } }
{{- end -}}

{{/* How a part comes into its database. Takes (list $ part). */}}
{{- define "coopmesh.databasePassword" -}}
{{- $root := index . 0 -}}
{{- if $root.Values.operators.postgresql.enabled -}}
- name: COOPMESH_DB_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ printf "%s-%s-db" $root.Values.secret (index . 1) | quote }}, key: password } }
{{- else -}}
{{ include "coopmesh.secret" (list $root "COOPMESH_DB_PASSWORD" (printf "%s-db-password" (index . 1))) }}
{{- end -}}
{{- end -}}

{{/* What signs a part in to Kafka: the operator's word for its user, or the one that is named. Takes (list $ part). */}}
{{- define "coopmesh.kafkaSecret" -}}
{{- $root := index . 0 -}}
{{- if $root.Values.operators.kafka.enabled }}
- name: SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG
  valueFrom: { secretKeyRef: { name: {{ include "coopmesh.name" . }}, key: sasl.jaas.config } }
{{- else }}
{{- with $root.Values.kafka.saslSecret }}
- name: SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG
  valueFrom: { secretKeyRef: { name: {{ . | quote }}, key: sasl-jaas-config } }
{{- end }}
{{- end }}
{{- end -}}

{{/* The way to names and to PostgreSQL, as rules of a network policy. */}}
{{- define "coopmesh.databaseEgress" -}}
- ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]
  to:
    - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
- ports: [{ port: {{ .Values.postgresql.port }} }]
  {{- if .Values.networkPolicy.postgresqlTo }}
  to: {{- toYaml .Values.networkPolicy.postgresqlTo | nindent 4 }}
  {{- else if .Values.operators.postgresql.enabled }}
  to:
    - podSelector: { matchLabels: { cnpg.io/cluster: {{ include "coopmesh.name" (list . "db") }} } }
  {{- end }}
{{- end -}}

{{/* What no pod of the co-op may do. */}}
{{- define "coopmesh.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* What no container of the co-op may do. */}}
{{- define "coopmesh.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{/* Where all pods may run, and how they get their image. */}}
{{- define "coopmesh.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The image of a module. Takes (list $ module). */}}
{{- define "coopmesh.image" -}}
{{- $root := index . 0 -}}
image: {{ printf "%s/%s:%s" $root.Values.image.repository (index . 1) ($root.Values.image.tag | default $root.Chart.AppVersion) | quote }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
{{- end -}}
