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
{{- if and .Values.data.emptyDir .Values.data.existingClaim }}
- data.emptyDir and data.existingClaim {{ quote .Values.data.existingClaim }} are two volumes for /data: clear one
{{- end }}
{{- if and .Values.auth.existingSecret (not .Values.auth.enabled) }}
- auth.existingSecret {{ quote .Values.auth.existingSecret }} has no effect with auth.enabled false: clear it, or enable
  auth
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
{{- with .Values.finalize.caBundle }}
{{- if and .configMapName .secretName }}
- finalize.caBundle names the ConfigMap {{ quote .configMapName }} and the Secret {{ quote .secretName }}: clear one
{{- end }}
{{- end }}
{{- end -}}
