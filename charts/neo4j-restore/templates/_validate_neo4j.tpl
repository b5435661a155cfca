{{/* Problems with Neo4j, its volume, and what runs beside it. All helpers take the root context. */}}

{{/* The pod of Neo4j. */}}
{{- define "neo4j-restore.validate.neo4j" -}}
{{- if eq (toString .Values.enabled) "false" }}
- enabled false is only read by the condition of a parent chart: set restore.enabled: false for Neo4j without a restore
{{- end }}
{{- $names := list "neo4j" "restore" }}
{{- range concat .Values.initContainersBefore .Values.initContainersAfter .Values.extraContainers }}
{{- if has .name $names }}
- two containers of the pod are named {{ quote .name }}: give the one of initContainersBefore, initContainersAfter or
  extraContainers another name
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- if and (eq .Values.dnsPolicy "None") (not .Values.dnsConfig.nameservers) }}
- dnsPolicy None leaves the pod without DNS servers: set dnsConfig.nameservers, or clear dnsPolicy
{{- end }}
{{- range $key := list "runAsUser" "runAsGroup" "fsGroup" }}
{{- $id := get $.Values.podSecurityContext $key }}
{{- if and $id (kindIs "string" $id) }}
- podSecurityContext.{{ $key }} {{ quote $id }} is a text: write the number without quotes
{{- end }}
{{- end }}
{{- if and .Values.podSecurityContext.runAsNonRoot (eq (get .Values.podSecurityContext "runAsUser" | toString) "0") }}
- podSecurityContext.runAsUser 0 is root, and runAsNonRoot refuses it: write another number, or null on OpenShift
{{- end }}
{{- range $name, $probe := .Values.probes }}
{{- if and $probe.override (not $probe.enabled) }}
- probes.{{ $name }}.override has no effect with probes.{{ $name }}.enabled false: clear it, or enable the probe
{{- end }}
{{- end }}
{{- if and .Values.data.emptyDir .Values.data.existingClaim }}
- data.emptyDir and data.existingClaim {{ quote .Values.data.existingClaim }} are two volumes for /data: clear one
{{- end }}
{{- if or .Values.data.emptyDir .Values.data.existingClaim }}
{{- range $key := list "labels" "annotations" "dataSource" }}
{{- if get $.Values.data $key }}
- data.{{ $key }} has no effect with {{ ternary "data.emptyDir" "data.existingClaim" $.Values.data.emptyDir -}}
, which makes no claim: clear one of them
{{- end }}
{{- end }}
{{- if or .Values.data.retention.whenDeleted .Values.data.retention.whenScaled }}
- data.retention has no effect without a claim of the StatefulSet: clear it, or clear data.existingClaim and
  data.emptyDir
{{- end }}
{{- end }}
{{- if and .Values.auth.existingSecret (not .Values.auth.enabled) }}
- auth.existingSecret {{ quote .Values.auth.existingSecret }} has no effect with auth.enabled false: clear it, or enable
  auth
{{- end }}
{{- end -}}

{{/* Labels that the chart sets itself, or that the values set twice. */}}
{{- define "neo4j-restore.validate.labels" -}}
{{- $own := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component"
  "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart" -}}
{{- $maps := dict "commonLabels" .Values.commonLabels "podLabels" .Values.podLabels "data.labels" .Values.data.labels }}
{{- range $key, $labels := $maps }}
{{- range $label, $value := $labels }}
{{- if has $label $own }}
- {{ $key }} sets {{ $label }}, which the chart sets itself: leave it out
{{- else if and (eq $key "podLabels") (hasKey $.Values.commonLabels $label) }}
- podLabels sets {{ $label }}, which commonLabels sets for every pod: leave one out
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The Job that finalizes. */}}
{{- define "neo4j-restore.validate.finalize" -}}
{{- if not .Values.restore.enabled }}
- finalize.enabled has nothing to finalize with restore.enabled false: disable finalize, or enable the restore
{{- end }}
{{- if and .Values.auth.enabled (not (include "neo4j-restore.loginSecret" .)) }}
- finalize.enabled needs a login: set auth.existingSecret, or finalize.secretName
{{- end }}
{{- $own := list }}
{{- range include "neo4j-restore.finalizeEnv" . | fromYamlArray }}{{ $own = append $own .name }}{{ end }}
{{- if ne (len $own) (len (uniq $own)) }}
- finalize.extraEnv sets a variable that the chart sets itself: use the value of the finalize block
{{- end }}
{{- with .Values.finalize.caBundle }}
{{- if and .configMapName .secretName }}
- finalize.caBundle names the ConfigMap {{ quote .configMapName }} and the Secret {{ quote .secretName }}: clear one
{{- end }}
{{- end }}
{{- end -}}
