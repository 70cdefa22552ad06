{{/*
One part of the co-op: its settings, its account, its pods, its address inside the cluster, its disruption budget.
Takes a dict: root · part · module · port · nodePort (or 0) · settings (YAML) · secrets (YAML) · keys ("", "own", "billing")
*/}}
{{- define "coopmesh.part" -}}
{{- $root := .root -}}
{{- $who := list .root .part -}}
{{- $values := index .root.Values .part -}}
{{- $settings := merge (deepCopy ($values.settings | default dict)) (fromYaml .settings) (dict "COOPMESH_FAREWELL" "PT5S") -}}
{{- range $name, $_ := $settings }}
{{- if regexMatch "(PASSWORD|SECRETS?|TOKEN|STRIPE_KEY|BTCPAY_KEY|JAAS_CONFIG)$" $name }}
{{- fail (printf "%s.settings.%s would stand in a ConfigMap for all to read: put it into the Secret of %s.secretSettings" $.part $name $.part) }}
{{- end }}
{{- end }}
{{- $authorities := include "coopmesh.authorities" (list $root (ne .part "gateway")) -}}
{{- $scaled := gt (int $values.autoscaling.max) (int $values.replicas) }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "coopmesh.name" $who }}
  labels: {{- include "coopmesh.labels" $who | nindent 4 }}
data: {{- toYaml $settings | nindent 2 }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "coopmesh.name" $who }}
  labels: {{- include "coopmesh.labels" $who | nindent 4 }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "coopmesh.name" $who }}
  labels: {{- include "coopmesh.labels" $who | nindent 4 }}
spec:
  selector: {{- include "coopmesh.selector" $who | nindent 4 }}
  ports:
    - { name: http, port: {{ .port }}, targetPort: http, appProtocol: http }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "coopmesh.name" $who }}
  labels: {{- include "coopmesh.labels" $who | nindent 4 }}
spec:
  {{- if not $scaled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  selector:
    matchLabels: {{- include "coopmesh.selector" $who | nindent 6 }}
  strategy:
    {{- if and .keys (eq $root.Values.keys.accessMode "ReadWriteOnce") }}
    type: Recreate # the volume belongs to one machine at a time
    {{- else }}
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
    {{- end }}
  template:
    metadata:
      labels: {{- include "coopmesh.labels" $who | nindent 8 }}
      annotations:
        checksum/settings: {{ toYaml $settings | sha256sum }}
    spec:
      serviceAccountName: {{ include "coopmesh.name" $who }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 60 # farewell, nodes go elsewhere, what is under way is answered
      {{- include "coopmesh.podSecurity" $root | nindent 6 }}
      {{- include "coopmesh.placement" $root | nindent 6 }}
      {{- if and (eq .keys "billing") (eq $root.Values.keys.accessMode "ReadWriteOnce") }}
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname # where the volume with the keys is
              labelSelector:
                matchLabels: {{- include "coopmesh.selector" (list $root "membership") | nindent 18 }}
      {{- else if or $scaled (gt (int $values.replicas) 1) }}
      topologySpreadConstraints:
        - topologyKey: kubernetes.io/hostname
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "coopmesh.selector" $who | nindent 14 }}
      {{- end }}
      containers:
        - name: {{ .part }}
          {{- include "coopmesh.image" (list $root .module) | nindent 10 }}
          {{- include "coopmesh.containerSecurity" $root | nindent 10 }}
          ports:
            - { name: http, containerPort: {{ .port }} }
            {{- if .nodePort }}
            - { name: node-port, containerPort: {{ .nodePort }} }
            {{- end }}
          envFrom:
            - configMapRef: { name: {{ include "coopmesh.name" $who }} }
          env: {{- .secrets | nindent 12 }}
          startupProbe:
            httpGet: { path: /actuator/health/liveness, port: http }
            periodSeconds: 3
            failureThreshold: 80
          livenessProbe:
            httpGet: { path: /actuator/health/liveness, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /actuator/health/readiness, port: http }
            periodSeconds: 5
            timeoutSeconds: 5
          resources: {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- if $authorities }}
            - { name: authorities, mountPath: /run/authorities, readOnly: true }
            {{- end }}
            {{- if $values.secretSettings }}
            - { name: secret-settings, mountPath: /run/coopmesh, readOnly: true }
            {{- end }}
            {{- if eq .keys "own" }}
            - { name: keys, mountPath: /var/lib/coopmesh }
            {{- else if eq .keys "billing" }}
            - { name: keys, mountPath: /var/lib/coopmesh/billing-keys, subPath: billing-keys, readOnly: true }
            {{- end }}
      volumes:
        - name: tmp # uploads under way, and netty's native library
          emptyDir: { sizeLimit: 64Mi }
        {{- with $authorities }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with $values.secretSettings }}
        - name: secret-settings # a file for each setting, by its name
          secret: { secretName: {{ . | quote }}, defaultMode: 288 }
        {{- end }}
        {{- if .keys }}
        - name: keys
          persistentVolumeClaim: { claimName: {{ include "coopmesh.keysClaim" $root }} }
        {{- end }}
{{- if $scaled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "coopmesh.name" $who }}
  labels: {{- include "coopmesh.labels" $who | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ include "coopmesh.name" $who }} }
  minReplicas: {{ $values.replicas }}
  maxReplicas: {{ $values.autoscaling.max }}
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: {{ $values.autoscaling.cpuPercent }} } }
  behavior:
    scaleDown: { stabilizationWindowSeconds: 600 } # its start costs more than a quarter of an hour of idling
{{- end }}
{{- if or $scaled (gt (int $values.replicas) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "coopmesh.name" $who }}
  labels: {{- include "coopmesh.labels" $who | nindent 4 }}
spec:
  minAvailable: 1
  selector:
    matchLabels: {{- include "coopmesh.selector" $who | nindent 6 }}
{{- end }}
{{- if .nodePort }}
{{- $outside := index $root.Values.nodePorts .part }}
---
# For nodes: mutual TLS from the router to the service, so nothing on the way may open it.
apiVersion: v1
kind: Service
metadata:
  name: {{ include "coopmesh.name" (list $root (printf "%s-nodes" .part)) }}
  labels: {{- include "coopmesh.labels" $who | nindent 4 }}
  {{- with $root.Values.nodePorts.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ $root.Values.nodePorts.type }}
  {{- if ne $root.Values.nodePorts.type "ClusterIP" }}
  externalTrafficPolicy: {{ $root.Values.nodePorts.externalTrafficPolicy }}
  {{- end }}
  selector: {{- include "coopmesh.selector" $who | nindent 4 }}
  ports:
    - name: node-port
      port: {{ $outside.port }}
      targetPort: node-port
      {{- if and (eq $root.Values.nodePorts.type "NodePort") $outside.nodePort }}
      nodePort: {{ $outside.nodePort }}
      {{- end }}
{{- end }}
{{- end -}}
