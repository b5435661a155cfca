{{/* All helpers take the root context, unless their comment names another. */}}

{{/* The chart's name, for labels. */}}
{{- define "neo4j-restore.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/*
Name of every object. Kubernetes puts a StatefulSet's name and a hash of 11 characters in a label of 63, so 52 are left.
*/}}
{{- define "neo4j-restore.fullname" -}}
{{- $name := include "neo4j-restore.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* Name of the pod's ServiceAccount. */}}
{{- define "neo4j-restore.serviceAccountName" -}}
{{- $own := ternary (include "neo4j-restore.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $own .Values.serviceAccount.name -}}
{{- end -}}

{{/* Labels of chart and release. */}}
{{- define "neo4j-restore.identity" -}}
app.kubernetes.io/name: {{ include "neo4j-restore.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels that select only the pod of Neo4j. They never change, because a StatefulSet's selector can't change. */}}
{{- define "neo4j-restore.selectorLabels" -}}
{{ include "neo4j-restore.identity" . }}
app.kubernetes.io/component: {{ include "neo4j-restore.component" . }}
{{- end -}}

{{/* Labels of every object. A "+" of a chart version is not allowed in a label. */}}
{{- define "neo4j-restore.labels" -}}
{{ include "neo4j-restore.identity" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Image reference. Takes (dict "image" an image block of the values, "tag" the default tag). */}}
{{- define "neo4j-restore.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ default .tag .image.tag }}
{{- end -}}
{{- end -}}
