{{/* Parts of NOTES.txt. All helpers take the root context. */}}

{{/* The files that the restore mounts from an object that an operator makes. A bucket of files needs no key. */}}
{{- define "neo4j-restore.files" -}}
{{- $files := list -}}
{{- range include "neo4j-restore.storeFiles" . | fromYamlArray -}}
{{- if not (and (eq .volume "restore-service-key") (eq (include "neo4j-restore.scheme" $) "file")) -}}
{{- $files = append $files . -}}
{{- end -}}
{{- end -}}
{{- $files | toYaml -}}
{{- end -}}

{{/* "true" if restore.notAfter has passed. Empty otherwise. */}}
{{- define "neo4j-restore.isExpired" -}}
{{- with .Values.restore.notAfter -}}
{{- if (toDate "2006-01-02T15:04:05Z07:00" (upper . | replace " " "T")).Before now }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/*
What an upgrade changes without a new restoreId, with commas between: these changes restore nothing. Empty otherwise.
While Helm renders, the cluster still has the StatefulSet of the values before. `helm template` sees none.
*/}}
{{- define "neo4j-restore.repeated" -}}
{{- $set := lookup "apps/v1" "StatefulSet" .Release.Namespace (include "neo4j-restore.fullname" .) | default dict -}}
{{- $before := dict -}}
{{- range dig "spec" "template" "spec" "initContainers" list $set -}}
{{- if eq .name "restore" }}{{ range .env }}{{ $_ := set $before .name (.value | default "") }}{{ end }}{{ end -}}
{{- end -}}
{{- $now := dict -}}
{{- range include "neo4j-restore.ownVariables" . | fromYamlArray }}{{ $_ := set $now .name .value }}{{ end -}}
{{- $changed := list -}}
{{- $once := eq ($now.FORCE_OVERWRITE | default "") "once" -}}
{{- if and $once $now.RESTORE_ID (eq $now.RESTORE_ID ($before.RESTORE_ID | default "")) -}}
{{- range $variable, $value := dict "BUCKET" "bucket" "TIMESTAMP" "timestamp" -}}
{{- if ne (get $before $variable) (get $now $variable) -}}
{{- $changed = append $changed (printf "%s was %s" $value (get $before $variable)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- join ", " $changed -}}
{{- end -}}
