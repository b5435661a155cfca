{{/* The container that asks. Takes the root context. */}}
{{- define "neo4j-restore.drill.container" -}}
{{- $env := list
  (dict "name" "BOLT_URI" "value" "bolt://localhost:7687")
  (dict "name" "DATA_DIR" "value" "/data")
  (dict "name" "DRILL_NAME" "value" (include "neo4j-restore.drill.label" .))
  (dict "name" "DRILL_ASSERTIONS" "value" (toJson .Values.drill.assertions))
  (dict "name" "DRILL_SECONDS" "value" (toJson .Values.drill.answerSeconds))
  (dict "name" "METRICS_FILE" "value" .Values.drill.metricsFile)
  (dict "name" "PUSHGATEWAY_URL" "value" .Values.drill.pushgatewayUrl)
  (dict "name" "LOG_FORMAT" "value" .Values.restore.logFormat)
  (dict "name" "TERMINATION_LOG" "value" "/dev/termination-log")
-}}
{{- $set := list -}}
{{- range $env }}{{ if .value }}{{ $set = append $set . }}{{ end }}{{ end -}}
{{- $set = include "neo4j-restore.drill.storeVariables" . | fromYamlArray | concat $set -}}
{{- $resources := dict "requests" (dict "cpu" "50m" "memory" "128Mi") "limits" (dict "memory" "256Mi") -}}
{{- include "neo4j-restore.program" (dict
  "root" .
  "name" "drill"
  "args" (list "drill" "--json")
  "env" (concat $set .Values.drill.extraEnv | toYaml)
  "envFrom" (ternary .Values.restore.extraEnvFrom list .Values.drill.results.enabled)
  "resources" ($resources | toYaml)) }}
terminationMessagePath: /dev/termination-log
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  - {{ include "neo4j-restore.dataMount" . | indent 4 | trim }}
  - name: restore-tmp
    mountPath: /tmp
  {{- include "neo4j-restore.drill.storeMounts" . | nindent 2 }}
  {{- with .Values.drill.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
