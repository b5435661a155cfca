{{/* The Neo4j container. All helpers take the root context. */}}

{{/* The accepted licence, for both containers: a list of one variable, or an empty list. */}}
{{- define "neo4j-restore.licence" -}}
{{- $licence := .Values.acceptLicenseAgreement -}}
{{- $accepted := list (dict "name" "NEO4J_ACCEPT_LICENSE_AGREEMENT" "value" $licence) -}}
{{- ternary (list) $accepted (eq $licence "no") | toYaml -}}
{{- end -}}

{{/* Environment of the Neo4j container. The image reads a setting from its name with "." as "_" and "_" as "__". */}}
{{- define "neo4j-restore.neo4jEnv" -}}
{{- $env := include "neo4j-restore.licence" . | fromYamlArray -}}
{{- if not .Values.auth.enabled -}}
{{- $env = append $env (dict "name" "NEO4J_AUTH" "value" "none") -}}
{{- else if .Values.auth.existingSecret -}}
{{- $key := dict "name" .Values.auth.existingSecret "key" "NEO4J_AUTH" -}}
{{- $env = append $env (dict "name" "NEO4J_AUTH" "valueFrom" (dict "secretKeyRef" $key)) -}}
{{- end -}}
{{- if include "neo4j-restore.isCluster" . -}}
{{- $pod := dict "fieldRef" (dict "fieldPath" "metadata.name") -}}
{{- $env = prepend $env (dict "name" "POD_NAME" "valueFrom" $pod) -}}
{{- end -}}
{{- with .Values.plugins -}}
{{- $name := ternary "NEO4JLABS_PLUGINS" "NEO4J_PLUGINS" (ne (include "neo4j-restore.isOld" $) "") -}}
{{- $env = append $env (dict "name" $name "value" (toJson .)) -}}
{{- end -}}
{{- range $setting, $value := include "neo4j-restore.settings" . | fromYaml -}}
{{- $name := $setting | replace "_" "__" | replace "." "_" | printf "NEO4J_%s" -}}
{{- $env = append $env (dict "name" $name "value" $value) -}}
{{- end -}}
{{- concat $env .Values.extraEnv | default list | toYaml -}}
{{- end -}}

{{/* The Neo4j container: the unchanged image, with its own entry point. */}}
{{- define "neo4j-restore.neo4j" -}}
name: neo4j
image: {{ include "neo4j-restore.image" (dict "image" .Values.image "tag" "") }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  {{- include "neo4j-restore.neo4jEnv" . | nindent 2 }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  {{- range include "neo4j-restore.clientPorts" . | fromYamlArray }}
  - name: {{ .name }}
    containerPort: {{ .port }}
  {{- end }}
  {{- if .Values.metrics.enabled }}
  - name: metrics
    containerPort: {{ .Values.metrics.port }}
  {{- end }}
  {{- with include "neo4j-restore.memberPorts" . }}
  {{- . | trim | nindent 2 }}
  {{- end }}
{{- range $name, $probe := .Values.probes }}
{{- if $probe.enabled }}
{{ $name }}Probe:
  {{- if $probe.override }}
  {{- toYaml $probe.override | nindent 2 }}
  {{- else }}
  {{- include "neo4j-restore.probe" (dict "root" $ "probe" $name) | nindent 2 }}
  {{- toYaml (omit $probe "enabled" "override") | nindent 2 }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .Values.lifecycle }}
lifecycle:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
# The root is not read-only: the image's entry point writes neo4j.conf under /var/lib/neo4j.
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop:
      - ALL
terminationMessagePath: /dev/termination-log
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  - {{ include "neo4j-restore.dataMount" . | indent 4 | trim }}
  - name: logs
    mountPath: /logs
  {{- include "neo4j-restore.tlsMounts" . | indent 2 | trimSuffix "  " }}
  {{- with include "neo4j-restore.logsMount" . }}
  {{- . | trim | nindent 2 }}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
