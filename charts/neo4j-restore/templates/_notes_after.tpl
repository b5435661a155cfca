{{/* The last parts of NOTES.txt. All helpers take the root context. */}}

{{/* How to see what was restored, and how to put it back. */}}
{{- define "neo4j-restore.notes.receipt" -}}
{{- $pod := printf "%s-0" (include "neo4j-restore.fullname" .) -}}
{{- $kubectl := printf "kubectl --namespace %s" .Release.Namespace -}}
{{- $helm := printf "helm --namespace %s" .Release.Namespace -}}
{{- $restore := .Values.restore -}}
{{- $policy := toString .Values.restore.forceOverwrite -}}
{{- $rollback := eq .Values.restore.command "rollback" -}}
{{- if and $restore.keepPrevious (not $rollback) (ne $policy "true") }}

The data that the last restore replaced is kept. To put it back:
  {{ $helm }} upgrade {{ .Release.Name }} CHART --reuse-values --set restore.command=rollback
{{- end }}
{{- if eq .Values.data.retention.whenDeleted "Delete" }}

WARNING: helm uninstall deletes the claim and its data: data.retention.whenDeleted is Delete.
{{- end }}

To see which object was restored (from the data volume):
  {{ $kubectl }} exec {{ $pod }} -c neo4j -- cat /data/.neo4j-restore/receipt.json
{{- if include "neo4j-restore.readable" . }}
To see also the volume's state, and what the next run would do:
  {{ $helm }} test {{ .Release.Name }}
  {{- if semverCompare "<3.18.0-0" .Capabilities.HelmVersion.Version }} --logs{{ end }}
{{- else if .Values.data.emptyDir }}
The data is lost with the pod: data.emptyDir is true.
{{- end }}
{{- end -}}

{{/* What Neo4j knows of it, and with which password. */}}
{{- define "neo4j-restore.notes.access" -}}
{{- $name := include "neo4j-restore.fullname" . -}}
{{- $pod := printf "%s-0" (include "neo4j-restore.fullname" .) -}}
{{- $kubectl := printf "kubectl --namespace %s" .Release.Namespace -}}
{{- $restore := .Values.restore -}}
{{- $rollback := eq .Values.restore.command "rollback" -}}
{{- $names := list }}
{{- $renamed := list }}
{{- range splitList "," ($restore.database | lower | replace " " "") }}
{{- $pair := splitList "=" . }}
{{- $names = append $names (first $pair) }}
{{- if ne (first $pair) (last $pair) }}{{ $renamed = append $renamed (first $pair) }}{{ end }}
{{- end }}
{{- $others := without (ternary $renamed $names (has "system" $names)) "neo4j" "system" "graph.db" }}
{{- if and $others (not $rollback) }}

{{ ternary "With the system of the backup" "Without system" (has "system" $names) -}}
, Neo4j may not know {{ join ", " $others }}, and then does not serve {{ ternary "it" "them" (eq (len $others) 1) }}.
{{- if .Values.finalize.enabled }} The Job {{ $name }}-finalize creates what is missing (Enterprise).
{{- else }} With finalize.enabled a Job
creates what is missing after the start (Enterprise). A new volume can have one as its default database.
{{- end }}
{{- end }}
{{- if .Values.finalize.enabled }}

The Job {{ $name }}-finalize waits for Neo4j, and Helm waits for the Job. To see its report,
{{- " or the reason of its failure:" }}
  {{ $kubectl }} logs job/{{ $name }}-finalize
  {{ $kubectl }} exec {{ $pod }} -c neo4j -- cat /data/.neo4j-restore/finalize.json
{{- end }}
{{- if has "system" $names }}

Users and passwords are those {{ ternary "from before the restore" "of the backup" $rollback -}}
, because it has the database system.
{{- if .Values.auth.existingSecret }}
The password in the secret {{ .Values.auth.existingSecret }} is only valid if no system database was restored.
{{- end }}
{{- if and .Values.finalize.enabled (not .Values.finalize.secretName) (not $rollback) }}
The Job {{ $name }}-finalize uses that secret too. If its password is not that of the backup, set finalize.secretName.
{{- end }}
{{- else if and .Values.auth.enabled (not .Values.auth.existingSecret) }}

A new volume starts with the user neo4j and the password neo4j. Change it at the first login.
{{- end }}
{{- end -}}
