{{- define "newsfold.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "newsfold.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "newsfold.labels" -}}
{{ include "newsfold.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: newsfold
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "newsfold.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ default (include "newsfold.fullname" .) .Values.serviceAccount.name }}
{{- else }}{{ default "default" .Values.serviceAccount.name }}{{ end }}
{{- end }}

{{- define "newsfold.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}

{{/* The environment: every setting, then the secrets by reference. */}}
{{- define "newsfold.environment" -}}
{{- range $section, $values := .Values.settings }}
{{- range $name, $value := $values }}
- name: NEWSFOLD_{{ upper $section }}__{{ upper $name }}
  value: {{ kindIs "float64" $value | ternary (printf "%v" (int64 $value)) (toString $value) | quote }}
{{- end }}
{{- end }}
{{- range $setting, $from := .Values.secretSettings }}
- name: NEWSFOLD_{{ $setting | replace "." "__" | upper }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.name }}
      key: {{ $from.key }}
{{- end }}
- name: NEWSFOLD_WEB__HOST
  value: "0.0.0.0"
{{- end }}

{{- define "newsfold.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "newsfold.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "newsfold.probes" -}}
# Kernels are compiled in the image; a shard that is rebuilt is not ready, and need not be restarted.
startupProbe:
  httpGet: {path: /health, port: http}
  periodSeconds: 5
  failureThreshold: 24
livenessProbe:
  httpGet: {path: /health, port: http}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
readinessProbe:
  httpGet: {path: /ready, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}

{{- define "newsfold.fileMounts" -}}
{{- range .Values.files }}
- name: {{ .name }}
  mountPath: /etc/newsfold/{{ .name }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "newsfold.fileVolumes" -}}
{{- range .Values.files }}
- name: {{ .name }}
  {{- if .secret }}
  secret: {secretName: {{ .secret }}}
  {{- else }}
  configMap: {name: {{ .configMap }}}
  {{- end }}
{{- end }}
{{- end }}

{{/* What the pods of both stages share; takes (dict "root" $ "stage" "embed"). */}}
{{- define "newsfold.podSpec" -}}
{{- $values := index .root.Values .stage -}}
serviceAccountName: {{ include "newsfold.serviceAccount" .root }}
automountServiceAccountToken: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext: {{- include "newsfold.podSecurity" .root | nindent 2 }}
{{- with $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .root.Values.topologySpread.enabled }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: {{ .root.Values.topologySpread.topologyKey }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "newsfold.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .stage }}
{{- end }}
{{- end }}
