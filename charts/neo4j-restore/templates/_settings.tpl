{{/* Neo4j's settings: those of the values, and those that the chart derives. All helpers take the root context. */}}

{{/* "true" for Neo4j 3 and 4, whose settings have other names. Empty otherwise. */}}
{{- define "neo4j-restore.isOld" -}}
{{- if regexMatch "^[34]([.-]|$)" (default .Values.image.tag .Values.cluster.neo4jVersion) }}true{{ end -}}
{{- end -}}

{{/* All settings, a YAML map of texts. Those of the values win, under whichever name of the two. */}}
{{- define "neo4j-restore.settings" -}}
{{- $all := dict -}}
{{- range $setting, $value := include "neo4j-restore.ownSettings" . | fromYaml -}}
{{- $old := include "neo4j-restore.oldName" $setting -}}
{{- if not (or (hasKey $.Values.config $setting) (hasKey $.Values.config $old)) -}}
{{- $_ := set $all (ternary $old $setting (ne (include "neo4j-restore.isOld" $) "")) $value -}}
{{- end -}}
{{- end -}}
{{- $cluster := include "neo4j-restore.clusterSettings" . | fromYaml -}}
{{- range $setting, $value := merge (dict) .Values.config .Values.apocConfig $cluster -}}
{{- /* toString would write a large number as 1e+07. */ -}}
{{- $_ := set $all $setting (ternary $value (toJson $value) (kindIs "string" $value)) -}}
{{- end -}}
{{- $all | toYaml -}}
{{- end -}}

{{/* The name that a setting of Neo4j 5 had before. Takes the name. */}}
{{- define "neo4j-restore.oldName" -}}
{{- $name := regexReplaceAll "^server\\.(memory|jvm)\\." . "dbms.${1}." -}}
{{- $name = regexReplaceAll "^server\\.(bolt|http|https)\\." $name "dbms.connector.${1}." -}}
{{- regexReplaceAll "^server\\.metrics\\." $name "metrics." -}}
{{- end -}}

{{/* The settings that the chart derives from other values, by their names since Neo4j 5: a YAML map of texts. */}}
{{- define "neo4j-restore.ownSettings" -}}
{{- with .Values.jvmOptions }}
server.jvm.additional: {{ join " " . | quote }}
{{- end }}
{{- include "neo4j-restore.memorySettings" . }}
{{- include "neo4j-restore.tlsSettings" . }}
{{- if .Values.logs.stdout }}
server.logs.config: /logs-config/server-logs.xml
{{- end }}
{{- if .Values.metrics.enabled }}
server.metrics.prometheus.enabled: "true"
server.metrics.prometheus.endpoint: 0.0.0.0:{{ .Values.metrics.port }}
{{- end }}
{{- end -}}

{{/* Heap and page cache by the memory limit. Empty if the values set one of them, or if the limit is too small. */}}
{{- define "neo4j-restore.memorySettings" -}}
{{- $set := false -}}
{{- range keys .Values.config -}}
{{- if regexMatch "memory\\.(heap|pagecache)\\." . }}{{ $set = true }}{{ end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if regexMatch "^NEO4J_.*memory_(heap|pagecache)_" .name }}{{ $set = true }}{{ end -}}
{{- end -}}
{{- $limit := include "neo4j-restore.mebibytes" (dig "limits" "memory" "" .Values.resources) | int64 -}}
{{- if and .Values.memoryFromLimit (not $set) (ge $limit 1536) -}}
{{- $rest := sub $limit (max 512 (div $limit 5)) -}}
{{- $heap := min 31744 (div $rest 2) }}
server.memory.heap.initial_size: {{ $heap }}m
server.memory.heap.max_size: {{ $heap }}m
server.memory.pagecache.size: {{ sub $rest $heap }}m
{{- end -}}
{{- end -}}

{{/* An amount of Kubernetes in MiB, such as 8Gi, 8G or 8589934592. Empty if it is not one. Takes the amount. */}}
{{- define "neo4j-restore.mebibytes" -}}
{{- $text := ternary (toString .) (toJson .) (kindIs "string" .) -}}
{{- $number := regexFind "^[0-9]+([.][0-9]+)?" $text -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000
  "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $unit := trimPrefix $number $text -}}
{{- if and $number (hasKey $units $unit) -}}
{{- divf (mulf (float64 $number) (get $units $unit)) 1048576 | floor | int64 -}}
{{- end -}}
{{- end -}}
