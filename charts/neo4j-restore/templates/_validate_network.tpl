{{/* Problems with how Neo4j is reached. Takes the root context. */}}
{{- define "neo4j-restore.validate.network" -}}
{{- range $policy, $tls := .Values.tls }}
{{- if $tls.secretName }}
{{- if regexMatch "^3([.-]|$)" $.Values.image.tag }}
- tls.{{ $policy }}.secretName needs Neo4j 4.0 or later, not image.tag {{ quote $.Values.image.tag }}: clear it, and set
  the policy in config
{{- end }}
{{- range $setting, $value := $.Values.config }}
{{- if hasPrefix (printf "dbms.ssl.policy.%s." $policy) $setting }}
- config sets {{ $setting }}, which belongs to the certificate of tls.{{ $policy }}: leave one out
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $service := .Values.service }}
{{- range $key := list "loadBalancerClass" "loadBalancerIP" "loadBalancerSourceRanges" }}
{{- if and (get $service $key) (ne $service.type "LoadBalancer") }}
- service.{{ $key }} has no effect with service.type {{ $service.type }}: clear it, or set LoadBalancer
{{- end }}
{{- end }}
{{- if eq $service.type "ClusterIP" }}
{{- if $service.externalTrafficPolicy }}
- service.externalTrafficPolicy has no effect with service.type ClusterIP: clear it, or set NodePort or LoadBalancer
{{- end }}
{{- range $name, $port := $service.nodePorts }}
{{- if $port }}
- service.nodePorts.{{ $name }} has no effect with service.type ClusterIP: clear it, or set NodePort or LoadBalancer
{{- end }}
{{- end }}
{{- end }}
{{- if and $service.nodePorts.https (not .Values.tls.https.secretName) }}
- service.nodePorts.https has no port behind it: set tls.https.secretName, or clear it
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
- ingress.enabled needs names of hosts: set ingress.hosts, such as [graph.example.org]
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
- httpRoute.enabled needs a Gateway: set httpRoute.parentRefs, such as [{name: public, namespace: gateways}]
{{- end }}
{{- if and .Values.metrics.enabled (eq .Values.acceptLicenseAgreement "no") }}
- metrics.enabled needs Neo4j Enterprise: set acceptLicenseAgreement and an enterprise image, or disable metrics
{{- end }}
{{- if .Values.metrics.enabled }}
{{- range include "neo4j-restore.clientPorts" . | fromYamlArray }}
{{- if eq (int .port) (int $.Values.metrics.port) }}
- metrics.port {{ .port }} is the port of {{ .name }}: write another one, such as 2004
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.enabled) }}
- metrics.serviceMonitor.enabled has nothing to read: set metrics.enabled
{{- end }}
{{- end -}}
