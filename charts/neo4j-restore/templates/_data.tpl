{{/* The volume of the data. All helpers take the root context, or what their comment says. */}}

{{/* Name of the claim behind /data: the existing one, or the one that the StatefulSet creates. */}}
{{- define "neo4j-restore.claimName" -}}
{{- default (printf "data-%s-0" (include "neo4j-restore.fullname" .)) .Values.data.existingClaim -}}
{{- end -}}

{{/* The name of a volume in its receipt. Takes (dict "root" the root context, "claim" its claim, or empty). */}}
{{- define "neo4j-restore.volumeId" -}}
{{- $names := list .root.Values.restore.volumePrefix .root.Release.Namespace .claim | compact -}}
{{- if .claim }}{{ join "/" $names }}{{ end -}}
{{- end -}}

{{/* The mount of the data, the same in all containers. */}}
{{- define "neo4j-restore.dataMount" -}}
name: data
mountPath: /data
{{- with .Values.data.subPath }}
subPath: {{ . }}
{{- end }}
{{- end -}}

{{/* The claim that the StatefulSet creates, as an item of a list. Empty if the values have another volume. */}}
{{- define "neo4j-restore.claim" -}}
{{- if not (or .Values.data.existingClaim .Values.data.emptyDir) -}}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata:
    name: data
    labels:
      {{- include "neo4j-restore.selectorLabels" . | nindent 6 }}
      {{- with .Values.data.labels }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- with .Values.data.annotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    accessModes:
      {{- toYaml .Values.data.accessModes | nindent 6 }}
    {{- with .Values.data.storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    {{- with .Values.data.dataSource }}
    dataSource:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    resources:
      requests:
        storage: {{ .Values.data.size }}
{{- end -}}
{{- end -}}
