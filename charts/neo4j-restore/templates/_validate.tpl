{{/*
Rules over several values, which the schema can't express. Each rule writes a line with "- ", what is wrong, and what to
set. A long line goes on in the next one, indented. The rules are in the files _validate_*.tpl.
*/}}

{{/* Renders nothing, or fails once with every problem found. Takes the root context. */}}
{{- define "neo4j-restore.validate" -}}
{{- $rules := list "neo4j" "cluster" "settings" "network" "labels" "mounts" "job" -}}
{{- if .Values.finalize.enabled }}{{ $rules = prepend $rules "finalize" }}{{ end -}}
{{- if .Values.drill.enabled }}{{ $rules = append $rules "drill" }}{{ end -}}
{{- if .Values.restore.enabled -}}
{{- $rules = concat (list "source" "databases" "policy" "keeping" "clusterData") $rules -}}
{{- end -}}
{{- $rules = prepend $rules "forms" -}}
{{- $text := "" -}}
{{- range $rules -}}
{{- $text = printf "%s\n%s" $text (include (printf "neo4j-restore.validate.%s" .) $) -}}
{{- end -}}
{{- $problems := list -}}
{{- range rest (splitList "\n- " $text) -}}
{{- $problems = append $problems (regexReplaceAll "\n +" (trim .) " ") -}}
{{- end -}}
{{- with $problems -}}
{{- $count := ternary "a problem" (printf "%d problems" (len .)) (eq 1 (len .)) -}}
{{- printf "\nerror: %s in the values:\n  - %s\n" $count (join "\n  - " .) | fail -}}
{{- end -}}
{{- end -}}
