{{/*
A pod of `helm test` that reads the data volume beside Neo4j, and writes nothing. All helpers take the root context,
unless their comment names another.

A pod that has ended still holds its claim, and a deleted claim stays Terminating until the pod is gone. So Helm prints
the pod's log and deletes the pod. Helm before 3.18 can't print it, and leaves the pod.
*/}}

{{/* "true" if a second pod can read the volume. Empty without a Neo4j or a claim, and for a claim of one pod. */}}
{{- define "neo4j-restore.readable" -}}
{{- $shared := not (or .Values.data.emptyDir (has "ReadWriteOncePod" .Values.data.accessModes)) -}}
{{- if and .Values.restore.enabled $shared (include "neo4j-restore.installsNeo4j" .) -}}
true
{{- end -}}
{{- end -}}

{{/*
The pod. Takes (dict "root" the root context, "name" the pod's ending, "args" the command, "order" among the tests,
"key" whether it needs the bucket's).
*/}}
{{- define "neo4j-restore.reader" -}}
{{- $ := .root -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "neo4j-restore.fullname" $ }}-{{ .name }}
  labels:
    {{- include "neo4j-restore.labels" $ | nindent 4 }}
    app.kubernetes.io/component: test
    {{- if .key }}
    {{- with $.Values.podLabels }}
    # Workload identity of AKS needs a label.
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-weight: {{ .order | quote }}
    {{- if semverCompare ">=3.18.0-0" $.Capabilities.HelmVersion.Version }}
    helm.sh/hook-output-log-policy: hook-succeeded,hook-failed
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
    {{- else }}
    helm.sh/hook-delete-policy: before-hook-creation
    {{- end }}
spec:
  {{- include "neo4j-restore.oncePod" (dict "root" $ "token" .key) | nindent 2 }}
  {{- include "neo4j-restore.besideNeo4j" $ | nindent 2 }}
  containers:
    - {{ include "neo4j-restore.readerContainer" . | indent 6 | trim }}
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: {{ include "neo4j-restore.claimName" $ }}
    {{- if .key }}
    {{- include "neo4j-restore.restoreVolumes" $ | nindent 4 }}
    {{- with $.Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- else }}
    - name: restore-tmp
      emptyDir: {}
    {{- end }}
{{- end -}}

{{/* Its container. Takes the same. */}}
{{- define "neo4j-restore.readerContainer" -}}
{{- include "neo4j-restore.program" (dict
  "root" .root
  "name" (first .args)
  "args" .args
  "env" (include "neo4j-restore.env" (dict "root" .root))
  "envFrom" (ternary .root.Values.restore.extraEnvFrom list .key)
  "resources" (toYaml .root.Values.tests.resources)) }}
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  - {{ include "neo4j-restore.dataMount" .root | indent 4 | trim }}
    readOnly: true
  {{- if .key }}
  {{- include "neo4j-restore.restoreMounts" .root | nindent 2 }}
  {{- else }}
  - name: restore-tmp
    mountPath: /tmp
  {{- end }}
{{- end -}}
