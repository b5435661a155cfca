{{/*
A pod of `helm test` that looks at the data volume beside Neo4j, and writes nothing. All helpers take the root context,
save where another is named.
*/}}

{{/* "true" where a second pod can look at the volume; empty for a claim for one pod alone, and where there is none. */}}
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
    # Workload identity of AKS goes by a label.
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-weight: {{ .order | quote }}
    helm.sh/hook-delete-policy: before-hook-creation
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
  # A ReadWriteOnce volume serves several pods of one node.
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
      securityContext:
        {{- include "neo4j-restore.hardened" $ | nindent 8 }}
      terminationMessagePolicy: FallbackToLogsOnError
      volumeMounts:
        - name: data
          mountPath: /data
          readOnly: true
        - name: tmp
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
    - name: tmp
      emptyDir: {}
    {{- if .key }}
    {{- include "neo4j-restore.storeVolumes" $ | nindent 4 }}
    {{- with $.Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
{{- end -}}
