{{/*
What single values must look like, by the table forms.yaml. Takes the root context.
*/}}
{{- define "neo4j-restore.validate.forms" -}}
{{- range $.Files.Get "forms.yaml" | fromYamlArray }}
{{- $value := $.Values }}
{{- range splitList "." .key }}{{ $value = get $value . }}{{ end }}
{{- if not (regexMatch .pattern $value) }}
- {{ .key }}{{ if not .secret }} {{ quote $value }}{{ end }} is not {{ .expected }}
{{- end }}
{{- end }}
{{- end -}}
