{{/*
What single values must look like, by the table forms.yaml. Takes the root context.
*/}}
{{- define "neo4j-restore.validate.forms" -}}
{{- range $form := $.Files.Get "forms.yaml" | fromYamlArray }}
{{- range $key := $form.keys }}
{{- range include "neo4j-restore.valuesAt" (dict "root" $ "key" $key) | fromYamlArray }}
{{- $text := ternary (toString .value) (toJson .value) (kindIs "string" .value) }}
{{- $checked := or (kindIs "string" .value) (and $form.numbers (kindIs "float64" .value)) }}
{{- if and $checked (not (include "neo4j-restore.fits" (dict "form" $form "text" $text))) }}
- {{ .path }}{{ if not $form.secret }} {{ quote $text }}{{ end }} is not {{ $form.expected }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Whether a text has a form of that table. Takes (dict "form" "text"). */}}
{{- define "neo4j-restore.fits" -}}
{{- $excepted := and .form.except (regexMatch .form.except .text) -}}
{{- if and (regexMatch .form.pattern .text) (not $excepted) }}true{{ end -}}
{{- end -}}

{{/*
The values at a key of that table, a YAML list of paths and values. Takes (dict "root" the root context, "key" the key).
*/}}
{{- define "neo4j-restore.valuesAt" -}}
{{- $found := list (dict "path" "" "value" .root.Values) -}}
{{- range $step := splitList "." .key -}}
{{- $name := regexReplaceAll "(\\[]|[{]})$" $step "" -}}
{{- $next := list -}}
{{- range $each := $found -}}
{{- $path := printf "%s.%s" .path $name | trimPrefix "." -}}
{{- $value := get (ternary .value (dict) (kindIs "map" .value)) $name -}}
{{- if eq $step "*" -}}
{{- range $key, $item := .value | default dict -}}
{{- $next = append $next (dict "path" (printf "%s.%s" $each.path $key) "value" $item) -}}
{{- end -}}
{{- else if not $value -}}
{{- /* An empty text is checked if the key is there. A list or a map without items has nothing to check. */ -}}
{{- if and (kindIs "map" .value) (hasKey .value $name) (kindIs "string" $value) -}}
{{- $next = append $next (dict "path" $path "value" $value) -}}
{{- end -}}
{{- else if hasSuffix "[]" $step -}}
{{- range $index, $item := $value -}}
{{- $next = append $next (dict "path" (printf "%s[%d]" $path $index) "value" $item) -}}
{{- end -}}
{{- else if hasSuffix "{}" $step -}}
{{- range $key, $item := $value }}{{ $next = append $next (dict "path" $path "value" $key) }}{{ end -}}
{{- else -}}
{{- $next = append $next (dict "path" $path "value" $value) -}}
{{- end -}}
{{- end -}}
{{- $found = $next -}}
{{- end -}}
{{- $found | toYaml -}}
{{- end -}}
