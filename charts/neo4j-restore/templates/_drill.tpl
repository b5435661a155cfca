{{/* The pod of a drill, which restores into a volume of its own, starts Neo4j there, and queries it. */}}

{{/* Name of the CronJob. Its Jobs get 11 more characters. Takes the root context. */}}
{{- define "neo4j-restore.drill.name" -}}
{{ include "neo4j-restore.fullname" . | trunc 46 | trimSuffix "-" }}-drill
{{- end -}}

{{/* The name of the drill in its metrics and results. Takes the root context. */}}
{{- define "neo4j-restore.drill.label" -}}
{{- $name := list .Release.Namespace (include "neo4j-restore.fullname" .) -}}
{{- with .Values.drill.cluster }}{{ $name = prepend $name . }}{{ end -}}
{{ join "." $name }}
{{- end -}}

{{/* The container that restores. There is no existing data, so it has no policy for it. Takes the root context. */}}
{{- define "neo4j-restore.drill.restore" -}}
{{- $env := list
  (dict "name" "TIMESTAMP" "value" .Values.drill.timestamp)
  (dict "name" "CONSISTENCY_CHECK" "value" (toString .Values.drill.consistencyCheck))
  (dict "name" "FORCE_OVERWRITE" "value" "false")
  (dict "name" "KEEP_PREVIOUS" "value" "false")
  (dict "name" "ON_MISSING" "value" "fail")
  (dict "name" "SPACE_MODE" "value" "keep")
-}}
{{- $members := include "neo4j-restore.memberVariables" . | fromYamlArray -}}
{{- range list "RESTORE_ID" "RESTORE_NOT_AFTER" "RESTORE_UNTIL" "VOLUME_ID" "ON_FOREIGN_VOLUME" -}}
{{- $env = append $env (dict "name" .) -}}
{{- end -}}
{{- range $members }}{{ $env = append $env (dict "name" .name) }}{{ end -}}
{{- include "neo4j-restore.container" (dict "root" . "args" (list "run") "env" $env) }}
{{- end -}}

{{/*
Neo4j, beside the container that queries it. Only the pod itself can reach it, and it asks for no password: that of the
backup may not be known. Its queries read no files of the pod (LOAD CSV). Takes the root context.
*/}}
{{- define "neo4j-restore.drill.neo4j" -}}
{{- $listen := ternary "dbms.default_listen_address" "server.default_listen_address"
  (ne (include "neo4j-restore.isOld" .) "") -}}
{{- if hasPrefix "3" .Values.image.tag }}{{ $listen = "dbms.connectors.default_listen_address" }}{{ end -}}
{{- $env := append (include "neo4j-restore.licence" . | fromYamlArray) (dict "name" "NEO4J_AUTH" "value" "none") -}}
{{- $own := dict $listen "localhost" "dbms.security.allow_csv_import_from_file_urls" "false" -}}
{{- range $setting, $value := merge $own .Values.drill.config -}}
{{- $name := $setting | replace "_" "__" | replace "." "_" | printf "NEO4J_%s" -}}
{{- $env = append $env (dict "name" $name "value" (ternary $value (toJson $value) (kindIs "string" $value))) -}}
{{- end -}}
name: neo4j
restartPolicy: Always
image: {{ include "neo4j-restore.image" (dict "image" .Values.image "tag" "") }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  {{- toYaml $env | nindent 2 }}
resources:
  {{- toYaml .Values.drill.resources | nindent 2 }}
# The root is not read-only: the image's entry point writes neo4j.conf under /var/lib/neo4j.
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop:
      - ALL
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  - {{ include "neo4j-restore.dataMount" . | indent 4 | trim }}
  - name: logs
    mountPath: /logs
{{- end -}}

{{/* The volume that is thrown away with the pod. Takes the root context. */}}
{{- define "neo4j-restore.drill.volume" -}}
name: data
{{- if .Values.drill.volume.emptyDir }}
emptyDir:
  sizeLimit: {{ .Values.drill.volume.size }}
{{- else }}
ephemeral:
  volumeClaimTemplate:
    spec:
      accessModes:
        - ReadWriteOnce
      {{- with .Values.drill.volume.storageClass }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ .Values.drill.volume.size }}
{{- end }}
{{- end -}}
