{{/*
The Jobs of `restore.mode: job`, one for each claim. All helpers take the root context, unless their comment names
another dict: (dict "root" the root context, "claim" the claim of the Job).
*/}}

{{/* "true" if this release installs Neo4j. Empty for a release that only restores into claims of another one. */}}
{{- define "neo4j-restore.installsNeo4j" -}}
{{- if ne .Values.restore.mode "job" }}true{{ end -}}
{{- end -}}

{{/* Labels of a Job's pod. They never select the pod of Neo4j, and are the same for each version of the chart. */}}
{{- define "neo4j-restore.job.labels" -}}
{{ include "neo4j-restore.identity" . }}
app.kubernetes.io/component: restore
{{- end -}}

{{/* Name of a Job. Takes the dict. The pod of a Job can't change, so each request has a Job of its own. */}}
{{- define "neo4j-restore.job.name" -}}
{{- $full := printf "%s-%s" (include "neo4j-restore.fullname" .root) .claim | replace "." "-" -}}
{{ $full | trunc 54 | trimSuffix "-" }}-{{ include "neo4j-restore.job.pod" . | sha256sum | trunc 8 }}
{{- end -}}

{{/* The pod template. Takes the dict. */}}
{{- define "neo4j-restore.job.pod" -}}
{{- $ := .root -}}
metadata:
  labels:
    {{- include "neo4j-restore.job.labels" $ | nindent 4 }}
    {{- with merge (dict) $.Values.podLabels $.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $.Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  restartPolicy: Never
  {{- include "neo4j-restore.pod" $ | nindent 2 }}
  {{- with $.Values.initContainersBefore }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    {{- $env := list (dict "name" "VOLUME_ID" "value" (include "neo4j-restore.volumeId" .)) }}
    - {{ include "neo4j-restore.container" (dict "root" $ "env" $env) | indent 6 | trim }}
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: {{ .claim }}
    {{- include "neo4j-restore.restoreVolumes" $ | nindent 4 }}
    {{- with $.Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* "true" if this release makes the claim: that is asked for, and nobody else has made it. Takes the dict. */}}
{{- define "neo4j-restore.job.makesClaim" -}}
{{- $ := .root -}}
{{- $claim := lookup "v1" "PersistentVolumeClaim" $.Release.Namespace .claim | default dict -}}
{{- $owner := dig "metadata" "annotations" "meta.helm.sh/release-name" "" $claim -}}
{{- if and $.Values.job.createClaims (or (not $claim) (eq $owner $.Release.Name)) }}true{{ end -}}
{{- end -}}
