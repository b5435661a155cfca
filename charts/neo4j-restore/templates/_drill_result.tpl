{{/* How a drill reaches the bucket, to leave its result there. All helpers take the root context. */}}

{{/* The volume of the key that it uses. */}}
{{- define "neo4j-restore.drill.keyVolume" -}}
{{ ternary "drill-result-key" "restore-service-key" (ne .Values.drill.results.secretName "") }}
{{- end -}}

{{/* The variables: those of the restore that are about the bucket. A YAML list, empty without results. */}}
{{- define "neo4j-restore.drill.storeVariables" -}}
{{- $env := list -}}
{{- if .Values.drill.results.enabled -}}
{{- $key := include "neo4j-restore.keyVariable" . -}}
{{- $wanted := list "BUCKET" "CLOUD_PROVIDER" "DATABASE" "ENDPOINT_URL" "REGION" "ADDRESSING_STYLE" "CA_BUNDLE"
  "REQUESTER_PAYS" "ENCRYPTION_KEY_FILE" "STORAGE_EMULATOR_HOST" "RETRY_SECONDS" "STALL_SECONDS" -}}
{{- $secret := .Values.drill.results.secretName -}}
{{- if $secret -}}
{{- $env = append $env (dict "name" $key "value" (printf "/auth/%s" (include "neo4j-restore.secretKey" .))) -}}
{{- $env = append $env (dict "name" "SECRET_NAME" "value" $secret) -}}
{{- else -}}
{{- $wanted = concat $wanted (list $key "SECRET_NAME") -}}
{{- end -}}
{{- range include "neo4j-restore.ownVariables" . | fromYamlArray -}}
{{- if has .name $wanted }}{{ $env = append $env . }}{{ end -}}
{{- end -}}
{{- $env = concat $env .Values.restore.extraEnv -}}
{{- end -}}
{{- $env | toYaml -}}
{{- end -}}

{{/* The mounts: key, certificates, and the folder of a bucket of files. */}}
{{- define "neo4j-restore.drill.storeMounts" -}}
{{- if .Values.drill.results.enabled -}}
{{- $key := include "neo4j-restore.drill.keyVolume" . -}}
{{- if .Values.drill.results.secretName }}
- name: {{ $key }}
  mountPath: /auth
  readOnly: true
{{- end }}
{{- range include "neo4j-restore.storeFiles" . | fromYamlArray }}
{{- if or (has .volume (list "restore-certificates" "restore-encryption-key")) (eq .volume $key) }}
- name: {{ .volume }}
  mountPath: {{ .mountPath }}
  readOnly: true
{{- end }}
{{- end }}
{{- with .Values.restore.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The volume of a key of its own. */}}
{{- define "neo4j-restore.drill.storeVolumes" -}}
{{- if and .Values.drill.results.enabled .Values.drill.results.secretName -}}
{{- $key := include "neo4j-restore.secretKey" . }}
- name: {{ include "neo4j-restore.drill.keyVolume" . }}
  secret:
    secretName: {{ .Values.drill.results.secretName }}
    defaultMode: 0440
    # Without it the drill warns that its result is not kept.
    optional: true
    items:
      - key: {{ $key }}
        path: {{ $key }}
{{- end }}
{{- end -}}
