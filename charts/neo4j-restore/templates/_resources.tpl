{{/* The memory of the restore container, by the rule of neo4j_restore/memory.py. A test ties the two. */}}

{{/* restore.heapSize in MiB, rounded up, or else 512. Empty if it is more than 1 TiB. Takes the root context. */}}
{{- define "neo4j-restore.heapMebibytes" -}}
{{- $size := lower (default "512m" .Values.restore.heapSize) -}}
{{- $digits := regexFind "^[0-9]+" $size -}}
{{- /* More digits than these mean more than 1 TiB in any unit, and may overflow an integer. */ -}}
{{- if le (len $digits) 10 -}}
{{- $kibibytes := mul (int64 $digits) (get (dict "k" 1 "m" 1024 "g" 1048576) (trimPrefix $digits $size)) -}}
{{- $mebibytes := div (add $kibibytes 1023) 1024 -}}
{{- if le $mebibytes 1048576 }}{{ $mebibytes }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* restore.resources as YAML, with the calculated memory if they set no memory. Takes the root context. */}}
{{- define "neo4j-restore.restoreResources" -}}
{{- $resources := deepCopy .Values.restore.resources -}}
{{- $requests := $resources.requests | default dict -}}
{{- $limits := $resources.limits | default dict -}}
{{- if and .Values.restore.limitMemory (not (or (hasKey $requests "memory") (hasKey $limits "memory"))) -}}
{{- $heap := include "neo4j-restore.heapMebibytes" . | int64 -}}
{{- $memory := printf "%dMi" (add 512 $heap (max 256 (div $heap 4))) -}}
{{- $_ := set $resources "requests" (merge (dict "memory" $memory) $requests) -}}
{{- $_ := set $resources "limits" (merge (dict "memory" $memory) $limits) -}}
{{- end -}}
{{- $resources | toYaml -}}
{{- end -}}
