{{/* The parts of the StatefulSet's pod. All helpers take the root context. */}}

{{/* The settings of the pod as a whole. */}}
{{- define "neo4j-restore.pod" -}}
serviceAccountName: {{ include "neo4j-restore.serviceAccountName" . }}
automountServiceAccountToken: {{ .Values.serviceAccount.automountToken }}
# A Service named neo4j would add variables such as NEO4J_PORT, and the image would write them into neo4j.conf.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- $spread := include "neo4j-restore.spread" . | fromYamlArray | concat .Values.topologySpreadConstraints }}
{{- $placed := dict "topologySpreadConstraints" $spread }}
{{- range $key := list "imagePullSecrets" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints"
  "priorityClassName" "hostAliases" "dnsPolicy" "dnsConfig" }}
{{- with get $placed $key | default (get $.Values $key) }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The pod with all its containers and volumes. */}}
{{- define "neo4j-restore.podSpec" -}}
{{ include "neo4j-restore.pod" . }}
{{- if or .Values.initContainersBefore .Values.restore.enabled .Values.initContainersAfter }}
initContainers:
  {{- with .Values.initContainersBefore }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if .Values.restore.enabled }}
  {{- $own := include "neo4j-restore.ownVolume" . | fromYamlArray }}
  {{- $own = include "neo4j-restore.startId" . | fromYamlArray | concat $own }}
  - {{ include "neo4j-restore.container" (dict "root" . "env" $own) | indent 4 | trim }}
  {{- end }}
  {{- with .Values.initContainersAfter }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
containers:
  - {{ include "neo4j-restore.neo4j" . | indent 4 | trim }}
  {{- with .Values.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  {{- include "neo4j-restore.volumes" . | nindent 2 }}
{{- end -}}

{{/* The volumes. The one at /data is left out if the StatefulSet creates a claim of that name. */}}
{{- define "neo4j-restore.volumes" -}}
- name: logs
  emptyDir: {}
{{- include "neo4j-restore.tlsVolumes" . }}
{{- include "neo4j-restore.logsVolume" . }}
{{- if .Values.data.emptyDir }}
- name: data
  emptyDir: {}
{{- else if .Values.data.existingClaim }}
- name: data
  persistentVolumeClaim:
    claimName: {{ .Values.data.existingClaim }}
{{- end }}
{{- if .Values.restore.enabled }}
{{ include "neo4j-restore.restoreVolumes" . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
