{{/* Problems with the backup. All helpers take the root context. */}}

{{/* Its location. */}}
{{- define "neo4j-restore.validate.source" -}}
{{- $bucket := .Values.restore.bucket -}}
{{- $provider := .Values.restore.cloudProvider -}}
{{- $clouds := dict "gcp" "gs://" "aws" "s3://" "azure" "azb://" -}}
{{- if not $bucket }}
- restore.bucket is empty: set it to the location of the backup sets, such as gs://bucket/path, or set restore.enabled:
  false
{{- else if not (contains "://" $bucket) }}
{{- if not $provider }}
- restore.bucket {{ quote $bucket }} has no scheme: write gs://{{ $bucket }}, or set restore.cloudProvider
{{- else }}
{{- $form := first ($.Files.Get "forms.yaml" | fromYamlArray) }}
{{- $url := printf "%s%s" (get (dict "gcp" "gs://" "aws" "s3://" "azure" "azb://account/") $provider) $bucket }}
{{- if and (include "neo4j-restore.fits" (dict "form" $form "text" $bucket))
  (not (include "neo4j-restore.fits" (dict "form" $form "text" $url))) }}
- restore.bucket {{ quote $bucket }} does not begin with a bucket or container of restore.cloudProvider
  {{ quote $provider }}: write its name and the path, such as bucket/path
{{- end }}
{{- end }}
{{- else if and $provider (not (hasPrefix (get $clouds $provider) $bucket)) }}
- restore.bucket {{ quote $bucket }} is not a store of restore.cloudProvider {{ quote $provider }}: clear the provider
{{- end }}
{{- $path := $bucket | trimPrefix "azb://" | trimAll "/" }}
{{- if and (hasPrefix "azb://" $bucket) $path (not (contains "/" $path)) }}
- restore.bucket {{ quote $bucket }} names no container: write azb://{{ $path }}/container/path
{{- end }}
{{- with .Values.restore.caBundle }}
{{- if and .configMapName .secretName }}
- restore.caBundle names the ConfigMap {{ quote .configMapName }} and the Secret {{ quote .secretName }}: clear one
{{- end }}
{{- end }}
{{- $scheme := include "neo4j-restore.scheme" . }}
{{- with toString .Values.restore.requesterPays }}
{{- if and (ne . "false") (eq $scheme "azb") }}
- restore.requesterPays {{ quote . }} is only for gs:// and s3:// buckets: clear it
{{- else if and (eq $scheme "s3") (not (has . (list "true" "false"))) }}
- restore.requesterPays {{ quote . }} is only for gs:// buckets: write "true" for an s3:// bucket
{{- else if and (has $scheme (list "gs" "file")) (has . (list "true" "false")) }}
- restore.requesterPays {{ quote . }} is not a project: write the Google project to bill, or clear it
{{- end }}
{{- end }}
{{- end -}}

{{/* Its databases. */}}
{{- define "neo4j-restore.validate.databases" -}}
{{- $names := list -}}
{{- $sources := list -}}
{{- range splitList "," (.Values.restore.database | lower | replace " " "") -}}
{{- $pair := splitList "=" . -}}
{{- $names = append $names (first $pair) -}}
{{- $sources = append $sources (last $pair) -}}
{{- if and (ne (first $pair) (last $pair)) (has "system" $pair) }}
- restore.database has {{ quote . }}, but each server has one database system, which keeps its name: write system alone
{{- end }}
{{- end }}
{{- if not .Values.restore.database }}
- restore.database is empty: set the databases to restore, such as neo4j,system
{{- else if ne (len $names) (len (uniq $names)) }}
- restore.database {{ quote .Values.restore.database }} names a database twice: write each name once
{{- else if ne (len $sources) (len (uniq $sources)) }}
- restore.database {{ quote .Values.restore.database }} restores one set as two databases: restore the second one in a
  release of its own
{{- end }}
{{- range concat $names $sources | uniq }}
{{- if and (hasPrefix "system" .) (ne . "system") }}
- restore.database has {{ quote . }}, but Neo4j reserves names that start with system: write system, or the right name
{{- end }}
{{- end }}
{{- end -}}
