{{/* The container that finalizes. All helpers take the root context. */}}

{{/* Name of the Secret with the login for the running server. Empty if clients need none. */}}
{{- define "neo4j-restore.loginSecret" -}}
{{- if .Values.auth.enabled }}{{ default .Values.auth.existingSecret .Values.finalize.secretName }}{{ end -}}
{{- end -}}

{{/* "true" if CA certificates for the server are set. Empty otherwise. */}}
{{- define "neo4j-restore.hasBoltCa" -}}
{{- if or .Values.finalize.caBundle.configMapName .Values.finalize.caBundle.secretName }}true{{ end -}}
{{- end -}}

{{/* The environment of the container that finalizes. Without restore.database the receipt names the databases. */}}
{{- define "neo4j-restore.finalizeEnv" -}}
{{- $hasCa := ne (include "neo4j-restore.hasBoltCa" .) "" -}}
{{- $encrypted := and .Values.tls.bolt.secretName (eq .Values.tls.bolt.level "REQUIRED") -}}
{{- $scheme := ternary "bolt+s" "bolt" (not (not $encrypted)) -}}
{{- $own := printf "%s://%s:7687" $scheme (include "neo4j-restore.fullname" .) -}}
{{- $env := list
  (dict "name" "BOLT_URI" "value" (default $own .Values.finalize.boltUri))
  (dict "name" "BOLT_AUTH_FILE" "value" (ternary "/login" "" (ne (include "neo4j-restore.loginSecret" .) "")))
  (dict "name" "BOLT_CA_FILE" "value" (ternary "/bolt-certificates/ca.crt" "" $hasCa))
  (dict "name" "DATABASE" "value" .Values.restore.database)
  (dict "name" "DATA_DIR" "value" "/data")
  (dict "name" "METADATA" "value" .Values.finalize.metadata)
  (dict "name" "DEFAULT_DATABASE" "value" .Values.finalize.defaultDatabase)
  (dict "name" "FINALIZE_SECONDS" "value" (toJson .Values.finalize.deadlineSeconds))
  (dict "name" "LOG_FORMAT" "value" .Values.restore.logFormat)
  (dict "name" "TERMINATION_LOG" "value" "/dev/termination-log")
-}}
{{- $set := include "neo4j-restore.startId" . | fromYamlArray -}}
{{- range $env }}{{ if .value }}{{ $set = append $set . }}{{ end }}{{ end -}}
{{- concat $set .Values.finalize.extraEnv | toYaml -}}
{{- end -}}

{{/*
The name of a start's values, by which the Job that finalizes waits for the pod with the same: a YAML list of one
variable. Empty if no Job reads the volume. It follows from the restore container, so an upgrade that changes nothing of
a restore has the same name.
*/}}
{{- define "neo4j-restore.startId" -}}
{{- if and .Values.finalize.enabled (include "neo4j-restore.readable" .) -}}
{{- $container := include "neo4j-restore.container" (dict "root" .) -}}
- name: START_ID
  value: {{ sha256sum $container | trunc 16 | quote }}
{{- end -}}
{{- end -}}

{{/* The container. */}}
{{- define "neo4j-restore.finalizeContainer" -}}
{{- include "neo4j-restore.program" (dict
  "root" .
  "name" "finalize"
  "args" (list "finalize")
  "env" (include "neo4j-restore.finalizeEnv" .)
  "envFrom" .Values.finalize.extraEnvFrom
  "resources" (toYaml .Values.finalize.resources)) }}
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  {{- include "neo4j-restore.finalizeMounts" . | nindent 2 }}
{{- end -}}

{{/* Its mounts. */}}
{{- define "neo4j-restore.finalizeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if include "neo4j-restore.readable" . }}
- {{ include "neo4j-restore.dataMount" . | indent 2 | trim }}
{{- end }}
{{- if include "neo4j-restore.loginSecret" . }}
- name: login
  mountPath: /login
  readOnly: true
{{- end }}
{{- if include "neo4j-restore.hasBoltCa" . }}
- name: bolt-certificates
  mountPath: /bolt-certificates
  readOnly: true
{{- end }}
{{- with .Values.finalize.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The volumes of its pod. */}}
{{- define "neo4j-restore.finalizeVolumes" -}}
{{- $bundle := .Values.finalize.caBundle -}}
- name: tmp
  emptyDir: {}
{{- if include "neo4j-restore.readable" . }}
- name: data
  persistentVolumeClaim:
    claimName: {{ include "neo4j-restore.claimName" . }}
{{- end }}
{{- with include "neo4j-restore.loginSecret" . }}
- name: login
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- if include "neo4j-restore.hasBoltCa" . }}
- name: bolt-certificates
  {{- if $bundle.configMapName }}
  configMap:
    name: {{ $bundle.configMapName }}
  {{- else }}
  secret:
    secretName: {{ $bundle.secretName }}
    defaultMode: 0440
  {{- end }}
    items:
      - key: {{ $bundle.key }}
        path: ca.crt
{{- end }}
{{- if or .Values.finalize.extraVolumeMounts .Values.finalize.initContainers }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end -}}
