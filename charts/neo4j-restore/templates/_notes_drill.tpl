{{/* The part of NOTES.txt about drills. Takes the root context. */}}
{{- define "neo4j-restore.notes.drill" -}}
{{- $kubectl := printf "kubectl --namespace %s" .Release.Namespace -}}
{{- $name := include "neo4j-restore.drill.name" . -}}
{{- $count := len .Values.drill.assertions }}
{{- $set := default "latest" .Values.drill.timestamp }}

A drill ({{ .Values.drill.schedule }}) restores into a volume of its own, set: {{ $set }}.
{{- if $count }} It starts Neo4j there and queries it, assertions: {{ $count }}.
{{- else }} It starts Neo4j there, and only waits until it answers, because drill.assertions is empty.
{{- end }}
To run one now, and to see what it finds:
  {{ $kubectl }} create job {{ $name }}-now --from=cronjob/{{ $name }}
  {{ $kubectl }} logs job/{{ $name }}-now --all-containers -f
{{- if .Values.drill.results.enabled }}
{{- $key := default .Values.restore.secretName .Values.drill.results.secretName }}
It leaves its result below {{ .Values.restore.bucket | trimSuffix "/" }}/drills/, if
{{- ternary (printf " the key in the secret %s" $key) " its identity" (ne $key "") }} may create objects there.
{{- if include "neo4j-restore.readable" . }}
After it, `helm test` says how long a restore of this release will take (forecast).
{{- end }}
{{- end }}
{{- end -}}
