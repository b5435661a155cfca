{{/* The StatefulSet of servers or cores. Takes the root context, with "member" for that of the read replicas. */}}
{{- define "neo4j-restore.statefulSet" -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "neo4j-restore.setName" . }}
  labels:
    {{- include "neo4j-restore.labels" . | nindent 4 }}
spec:
  replicas: {{ ternary .Values.readReplicas .Values.servers (eq "read-replica" (default "" .member)) }}
  serviceName: {{ include "neo4j-restore.governingService" . }}
  podManagementPolicy: {{ .Values.podManagementPolicy }}
  updateStrategy:
    {{- toYaml .Values.updateStrategy | nindent 4 }}
  selector:
    matchLabels:
      {{- include "neo4j-restore.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "neo4j-restore.selectorLabels" . | nindent 8 }}
        {{- with merge (dict) .Values.podLabels .Values.commonLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "neo4j-restore.podAnnotations" . }}
      annotations:
        {{- . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "neo4j-restore.podSpec" . | nindent 6 }}
  {{- with .Values.data.retention }}
  {{- if or .whenDeleted .whenScaled }}
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: {{ default "Retain" .whenDeleted }}
    whenScaled: {{ default "Retain" .whenScaled }}
  {{- end }}
  {{- end }}
  {{- with include "neo4j-restore.claim" . }}
  volumeClaimTemplates:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}
