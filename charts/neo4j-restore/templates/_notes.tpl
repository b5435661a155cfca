{{/* Parts of NOTES.txt. All helpers take the root context. */}}

{{/* The files that the restore mounts: a list of what each is, the kind and the name of its object, and its key there. */}}
{{- define "neo4j-restore.files" -}}
{{- $restore := .Values.restore -}}
{{- $google := ne (include "neo4j-restore.isGoogle" .) "" -}}
{{- $key := ternary "KEY.json" (ternary "AZURE-CREDENTIALS" "AWS-CREDENTIALS" (ne (include "neo4j-restore.isAzure" .) "")) $google -}}
{{- $bundle := $restore.caBundle -}}
{{- $files := list
  (dict "kind" "secret" "name" (ternary "" $restore.secretName (hasPrefix "file://" $restore.bucket)) "key" (include "neo4j-restore.secretKey" .) "file" $key)
  (dict "kind" "configmap" "name" $bundle.configMapName "key" $bundle.key "file" "CA.pem")
  (dict "kind" "secret" "name" $bundle.secretName "key" $bundle.key "file" "CA.pem")
  (dict "kind" "secret" "name" $restore.encryptionKey.secretName "key" $restore.encryptionKey.key "file" "ENCRYPTION-KEY")
  (dict "kind" "secret" "name" $restore.ageIdentity.secretName "key" $restore.ageIdentity.key "file" "AGE-IDENTITY")
-}}
{{- $set := list -}}
{{- range $files }}{{ if .name }}{{ $set = append $set . }}{{ end }}{{ end -}}
{{- $set | toYaml -}}
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
{{- if and (eq ($now.FORCE_OVERWRITE | default "") "once") $now.RESTORE_ID (eq $now.RESTORE_ID ($before.RESTORE_ID | default "")) -}}
{{- range $variable, $value := dict "BUCKET" "bucket" "TIMESTAMP" "timestamp" -}}
{{- if ne (get $before $variable) (get $now $variable) -}}
{{- $changed = append $changed (printf "%s was %s" $value (get $before $variable)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- join ", " $changed -}}
{{- end -}}
