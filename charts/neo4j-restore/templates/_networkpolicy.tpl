{{/* The rules of the NetworkPolicy. All helpers take the root context. */}}

{{/* All pods of the release: the servers of a cluster, the Job that finalizes, the pods of `helm test`. */}}
{{- define "neo4j-restore.policy.own" -}}
podSelector:
  matchLabels:
    {{- include "neo4j-restore.identity" . | nindent 4 }}
{{- end -}}

{{/* Who may connect. */}}
{{- define "neo4j-restore.policy.ingress" -}}
{{- $policy := .Values.networkPolicy -}}
- from:
    - {{ include "neo4j-restore.policy.own" . | indent 6 | trim }}
- ports:
    {{- range include "neo4j-restore.clientPorts" . | fromYamlArray }}
    - port: {{ .name }}
    {{- end }}
  {{- with $policy.clients }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if .Values.metrics.enabled }}
- ports:
    - port: metrics
  {{- with $policy.monitoring }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- with $policy.extraIngress }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What the pods may connect to. */}}
{{- define "neo4j-restore.policy.egress" -}}
{{- $policy := .Values.networkPolicy -}}
- to:
    - {{ include "neo4j-restore.policy.own" . | indent 6 | trim }}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- if .Values.restore.enabled }}
- ports:
    {{- range include "neo4j-restore.policy.storePorts" . | fromYamlArray }}
    - port: {{ . }}
    {{- end }}
  {{- with $policy.store }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if not .Values.restore.secretName }}
# Workload identity asks the node: the metadata servers of GKE and AWS, and the agent of EKS Pod Identity.
- ports:
    - port: 80
    - port: 988
  to:
    - ipBlock:
        cidr: 169.254.0.0/16
{{- end }}
{{- end }}
{{- with and .Values.drill.enabled .Values.drill.pushgatewayUrl }}
{{- $port := regexFind ":[0-9]+" (regexReplaceAll "^https?://" . "") | trimPrefix ":" }}
# The Pushgateway of the drills.
- ports:
    - port: {{ default (ternary 80 443 (hasPrefix "http://" .)) $port | int }}
{{- end }}
{{- with $policy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The ports of the store: those of the values, and of the addresses in the restore block. A YAML list. */}}
{{- define "neo4j-restore.policy.storePorts" -}}
{{- $ports := list -}}
{{- range .Values.networkPolicy.storePorts }}{{ $ports = append $ports (int .) }}{{ end -}}
{{- range list .Values.restore.endpointUrl .Values.restore.emulatorHost -}}
{{- if . -}}
{{- $written := regexFind ":[0-9]+" (regexReplaceAll "^https?://" . "") | trimPrefix ":" -}}
{{- $ports = append $ports (default (ternary 80 443 (hasPrefix "http://" .)) $written | int) -}}
{{- end -}}
{{- end -}}
{{- uniq $ports | toYaml -}}
{{- end -}}
