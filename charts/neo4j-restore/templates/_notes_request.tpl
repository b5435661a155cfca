{{/* The first parts of NOTES.txt. All helpers take the root context. */}}

{{/* What will happen before Neo4j starts. */}}
{{- define "neo4j-restore.notes.request" -}}
{{- $helm := printf "helm --namespace %s" .Release.Namespace -}}
{{- $restore := .Values.restore -}}
{{- $policy := toString .Values.restore.forceOverwrite -}}
{{- $rollback := eq .Values.restore.command "rollback" -}}
{{- if not $restore.enabled -}}
Nothing is restored: restore.enabled is false. Neo4j starts on the data of the volume.
{{- else if $rollback -}}
WARNING: restore.command is rollback. Before Neo4j starts, the data that the last restore replaced is put back. The data
written since that restore is kept on the volume instead. Nothing is restored from {{ $restore.bucket }}.
When Neo4j runs, set run again, which leaves the data alone:
  {{ $helm }} upgrade {{ .Release.Name }} CHART --reuse-values --set restore.command=run
{{- else -}}
{{- $databases := regexReplaceAll "([^,= ]+) *= *([^,= ]+)" $restore.database "${1} (the set of ${2})" -}}
{{- $set := default "latest" $restore.timestamp -}}
Before Neo4j starts, {{ $databases }} is restored from {{ $restore.bucket }}, set: {{ $set }}.
{{- if eq $policy "false" }}
A database that is already on the volume is left alone.
{{- else if eq $policy "once" }}
A database that is already on the volume is replaced one time
{{- with $restore.restoreId }} for restoreId {{ . }}{{ end }}.
To restore again, change restore.restoreId.
{{- with include "neo4j-restore.repeated" . }}
WARNING: restoreId {{ $restore.restoreId }} is the same as before, but the request is not: {{ . }}.
If that restore is done, nothing is restored now. To restore, set a new restore.restoreId.
{{- end }}
{{- else }}

  WARNING: each restart of the pod replaces the databases with the backup.
  Data written since the backup is lost. restore.acceptDataLoss is true.
  {{- if eq $restore.spaceMode "reclaim" }}
  The old data is deleted before the new data is there, because restore.spaceMode is reclaim.
  {{- " If a restore fails, both are lost." }}
  {{- end }}
{{- end }}
{{- if include "neo4j-restore.isExpired" . }}
WARNING: the request expired at {{ $restore.notAfter }}. Nothing is replaced, and a missing database is an error.
{{- else if $restore.notAfter }}
The request expires at {{ $restore.notAfter }}. From then on nothing is replaced, and a missing database is an error.
{{- end }}
{{- if eq $restore.onMissing "start-empty" }}
WARNING: if the bucket has no set of a database, Neo4j starts without its data: restore.onMissing is start-empty.
{{- end }}
{{- if and (eq $restore.onStaleLatest "latest") (has $restore.timestamp (list "" "latest")) }}
WARNING: the -latest object is restored even if there is a newer set: restore.onStaleLatest is latest.
{{- end }}
{{- with $restore.ignoreObjects }}
Objects that are never used as backups, because of restore.ignoreObjects: {{ join ", " . }}.
{{- end }}
{{- end }}
{{- end -}}

{{/* How to see it, and what to do if it fails. */}}
{{- define "neo4j-restore.notes.watch" -}}
{{- $pod := printf "%s-0" (include "neo4j-restore.fullname" .) -}}
{{- $kubectl := printf "kubectl --namespace %s" .Release.Namespace -}}
{{- $restore := .Values.restore -}}
{{- $rollback := eq .Values.restore.command "rollback" -}}
{{- if not (contains "/" $restore.image.repository) }}

WARNING: restore.image.repository is {{ $restore.image.repository }}, without a registry.
{{- " If the pod waits with ErrImagePull, build" }}
the image, push it to your registry, and set restore.image.repository to its name there.
{{- end }}

Watch it:
  {{ $kubectl }} logs {{ $pod }} -c restore -f

Neo4j only starts after a successful {{ ternary "rollback" "restore" $rollback }}. If the pod waits in Init:
  {{ $kubectl }} describe pod {{ $pod }}
The last message of the container "restore" says what failed and what to do
{{- if eq $restore.spaceMode "reclaim" }}, and whether the old data is still there.
{{- else }}.
Data that was on the volume before is unchanged.
{{- end }}
Correct the values, then run helm upgrade.
{{- with include "neo4j-restore.files" . | fromYamlArray }}
If it says that a file does not exist:
{{- range . }}
  {{ $kubectl }} create {{ ternary "secret generic" "configmap" (eq .kind "secret") }} {{ .name -}}
  {{- printf " --from-file=%s=%s" .key .file }}
{{- end }}
{{- end }}
{{- end -}}
