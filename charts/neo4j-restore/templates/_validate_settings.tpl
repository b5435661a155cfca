{{/* Problems with the settings of Neo4j. Takes the root context. */}}
{{- define "neo4j-restore.validate.settings" -}}
{{- if and .Values.logs.stdout (include "neo4j-restore.isOld" .) }}
- logs.stdout needs Neo4j 5 or later, not image.tag {{ quote .Values.image.tag }}: clear it, and print the files of
  /logs by a container of extraContainers
{{- end }}
{{- if and .Values.logs.stdout (hasKey .Values.config "server.logs.config") }}
- config sets server.logs.config, which logs.stdout sets too: leave one out
{{- end }}
{{- range $setting, $value := .Values.apocConfig }}
{{- if hasKey $.Values.config $setting }}
- config and apocConfig both set {{ $setting }}: leave it out of config
{{- end }}
{{- end }}
{{- range list "server.jvm.additional" "dbms.jvm.additional" }}
{{- if and (hasKey $.Values.config .) $.Values.jvmOptions }}
- config sets {{ . }}, which jvmOptions sets too: move its options to jvmOptions
{{- end }}
{{- end }}
{{- $limit := include "neo4j-restore.mebibytes" (dig "limits" "memory" "" .Values.resources) | int64 }}
{{- $used := 0 }}
{{- range $setting, $value := include "neo4j-restore.settings" . | fromYaml }}
{{- if regexMatch "memory[.](heap[.]max_size|pagecache[.]size)$" $setting }}
{{- /* Neo4j writes 1024 bytes as 1k or 1KiB, and Kubernetes as 1Ki. */}}
{{- $amount := regexReplaceAll "([KMGT])$" (regexReplaceAll "i?b?$" (lower $value) "" | upper) "${1}i" }}
{{- $used = add $used (include "neo4j-restore.mebibytes" $amount | int64) }}
{{- end }}
{{- end }}
{{- if and $limit (ge $used $limit) }}
- config gives heap and page cache {{ $used }}Mi, but resources.limits.memory is {{ $limit }}Mi, and the kernel would
  kill Neo4j: lower the two, or raise the limit to at least {{ div (mul $used 5) 4 }}Mi
{{- end }}
{{- range .Values.jvmOptions }}
{{- if regexMatch "^-Xm[sx]" . }}
- jvmOptions has {{ quote . }}, which Neo4j sets itself: set server.memory.heap.max_size in config
{{- end }}
{{- end }}
{{- end -}}
