{{/*
A pod of `helm test` that reads the data volume beside Neo4j, and writes nothing. All helpers take the root context,
unless their comment names another.

A pod that has ended still holds its claim, and a deleted claim stays Terminating until the pod is gone. So Helm prints the
pod's log and deletes the pod. Helm before 3.18 can't print it, and leaves the pod.
*/}}

{{/* "true" if a second pod can read the volume. Empty for a claim that only one pod can use, and without a claim. */}}
{{- define "neo4j-restore.readable" -}}
{{- if and .Values.restore.enabled (not .Values.data.emptyDir) (not (has "ReadWriteOncePod" .Values.data.accessModes)) -}}
true
{{- end -}}
{{- end -}}

{{/* The pod. Takes (dict "root" the root context, "name" the pod's ending, "args" the command, "order" among the tests, "key" whether it needs the bucket's). */}}
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
  restartPolicy: Never
  serviceAccountName: {{ include "neo4j-restore.serviceAccountName" $ }}
  automountServiceAccountToken: {{ and .key $.Values.serviceAccount.automountToken }}
  enableServiceLinks: false
  securityContext:
    {{- toYaml $.Values.podSecurityContext | nindent 4 }}
  {{- with $.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $.Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  # Several pods of one node can use a ReadWriteOnce volume.
  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "neo4j-restore.selectorLabels" $ | nindent 14 }}
  containers:
    - name: {{ first .args }}
      image: {{ include "neo4j-restore.image" (dict "image" $.Values.restore.image "tag" $.Chart.AppVersion) }}
      imagePullPolicy: {{ $.Values.restore.image.pullPolicy }}
      args:
        {{- toYaml .args | nindent 8 }}
      env:
        {{- include "neo4j-restore.env" $ | nindent 8 }}
      resources:
        {{- toYaml $.Values.tests.resources | nindent 8 }}
      securityContext:
        {{- include "neo4j-restore.hardened" $ | nindent 8 }}
      terminationMessagePolicy: FallbackToLogsOnError
      volumeMounts:
        - {{ include "neo4j-restore.dataMount" $ | indent 10 | trim }}
          readOnly: true
        - name: restore-tmp
          mountPath: /tmp
        {{- if .key }}
        {{- include "neo4j-restore.storeMounts" $ | nindent 8 }}
        {{- with $.Values.restore.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- end }}
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: {{ include "neo4j-restore.claimName" $ }}
    - name: restore-tmp
      emptyDir: {}
    {{- if .key }}
    {{- include "neo4j-restore.storeVolumes" $ | nindent 4 }}
    {{- with $.Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
{{- end -}}
