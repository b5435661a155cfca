{{/* Problems with what happens to existing data. All helpers take the root context. */}}

{{/* When it is replaced, and what would go around that. */}}
{{- define "neo4j-restore.validate.policy" -}}
{{- $policy := toString .Values.restore.forceOverwrite -}}
{{- if and (eq $policy "true") (not .Values.restore.acceptDataLoss) }}
- restore.forceOverwrite "true" restores the backup at each restart of the pod, and loses all data written since: set
  "once" for one restore over existing data, or accept the loss with restore.acceptDataLoss: true
{{- end }}
{{- if and .Values.restore.restoreId (ne $policy "once") }}
- restore.restoreId {{ quote .Values.restore.restoreId }} has no effect with restore.forceOverwrite {{ quote $policy }}:
  set "once" to restore over existing data, or clear the id
{{- end }}
{{- $own := list }}
{{- range include "neo4j-restore.ownVariables" . | fromYamlArray }}{{ $own = append $own .name }}{{ end }}
{{- range .Values.restore.extraEnv }}
{{- if has .name $own }}
- restore.extraEnv sets {{ .name }}, which the chart sets itself: use the value of the restore block
{{- end }}
{{- end }}
{{- range list "server.directories.data" "server.directories.transaction.logs.root"
  "dbms.directories.data" "dbms.directories.transaction.logs.root" }}
{{- if hasKey $.Values.config . }}
- config moves {{ . }}, but the restore writes to /data: leave the setting out
{{- end }}
{{- end }}
{{- end -}}

{{/* Whether it is kept, and until when the request is valid. */}}
{{- define "neo4j-restore.validate.keeping" -}}
{{- $restore := .Values.restore -}}
{{- $policy := toString $restore.forceOverwrite -}}
{{- if eq $restore.spaceMode "reclaim" }}
{{- if ne $policy "true" }}
- restore.spaceMode reclaim deletes the old data before the new data is there, and needs restore.forceOverwrite
  "true", not {{ quote $policy }}: set keep, and make the volume larger
{{- end }}
{{- if $restore.keepPrevious }}
- restore.spaceMode reclaim deletes the data that restore.keepPrevious would keep: set only one of the two
{{- end }}
{{- end }}
{{- if eq $restore.command "rollback" }}
{{- if eq $policy "true" }}
- restore.command rollback puts data back, but restore.forceOverwrite "true" replaces it again at the next run: set
  "once" or "false"
{{- end }}
{{- if .Values.data.emptyDir }}
- restore.command rollback finds no data with data.emptyDir: the kept data was lost with the pod
{{- end }}
{{- end }}
{{- if not (include "neo4j-restore.heapMebibytes" .) }}
- restore.heapSize {{ quote $restore.heapSize }} is more than 1 TiB: write it as 512m or 2g
{{- end }}
{{- if and $restore.notAfter (not (include "neo4j-restore.isTime" $restore.notAfter)) }}
- restore.notAfter {{ quote $restore.notAfter }} is not a time with a zone: write it as "2026-01-31T02:00:00Z"
{{- end }}
{{- range $key, $text := dict "restore.timestamp" $restore.timestamp "restore.restoreUntil" $restore.restoreUntil
  "drill.timestamp" .Values.drill.timestamp }}
{{- if and (include "neo4j-restore.looksLikeTime" $text) (not (include "neo4j-restore.isTime" $text)) }}
- {{ $key }} {{ quote $text }} is not a time that exists: write it as "2026-01-31T02:00:00Z"
{{- end }}
{{- end }}
{{- end -}}

{{/* Whether a text is written as a time with its zone. */}}
{{- define "neo4j-restore.looksLikeTime" -}}
{{- $date := "[0-9]{4}-[0-9]{2}-[0-9]{2}" -}}
{{- $time := "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?" -}}
{{- if regexMatch (printf "^%s[Tt ]%s([Zz]|[+-][0-9]{2}:[0-9]{2})$" $date $time) . }}true{{ end -}}
{{- end -}}

{{/* Whether it is such a time that exists. toDate returns the zero time for February 30. */}}
{{- define "neo4j-restore.isTime" -}}
{{- $time := upper . | replace " " "T" -}}
{{- $hasZone := regexMatch "(Z|([01][0-9]|2[0-3]):[0-5][0-9])$" $time -}}
{{- if and (include "neo4j-restore.looksLikeTime" .) $hasZone -}}
{{- if not (toDate "2006-01-02T15:04:05Z07:00" $time).IsZero }}true{{ end -}}
{{- end -}}
{{- end -}}
