{{/* Problems with the drill. Takes the root context. */}}
{{- define "neo4j-restore.validate.drill" -}}
{{- if not (semverCompare ">=1.29.0-0" .Capabilities.KubeVersion.Version) }}
- drill.enabled needs Kubernetes 1.29 or later, for a Neo4j that runs beside the container that queries it: this is
  {{ .Capabilities.KubeVersion.Version }}. Set drill.enabled: false
{{- end }}
{{- range $number, $assertion := .Values.drill.assertions }}
{{- if and (kindIs "map" $assertion.expect) (hasKey ($assertion.expect | default dict) "nonEmpty") }}
{{- if gt (len $assertion.expect) 1 }}
- drill.assertions[{{ $number }}].expect has nonEmpty beside bounds: write one of the two
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.drill.prometheusRule.enabled (not .Values.drill.pushgatewayUrl) (not .Values.drill.metricsFile) }}
- drill.prometheusRule.enabled needs metrics: set drill.pushgatewayUrl, or drill.metricsFile
{{- end }}
{{- end -}}
