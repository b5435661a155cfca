{{/* What all containers of the restore image have in common, and the pods that run one beside Neo4j and end. */}}

{{/* Security context of a container of the restore image. Takes the root context. */}}
{{- define "neo4j-restore.hardened" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}

{{/*
A container of the restore image, without its messages and mounts. Takes (dict "root" the root context, "name" the
container's, "args" the list of command and arguments, "env" and "resources" as YAML, "envFrom" a list).
*/}}
{{- define "neo4j-restore.program" -}}
{{- $image := .root.Values.restore.image -}}
name: {{ .name }}
image: {{ include "neo4j-restore.image" (dict "image" $image "tag" .root.Chart.AppVersion) }}
imagePullPolicy: {{ $image.pullPolicy }}
args:
  {{- toYaml .args | nindent 2 }}
env:
  {{- .env | nindent 2 }}
{{- with .envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- .resources | nindent 2 }}
securityContext:
  {{- include "neo4j-restore.hardened" .root | nindent 2 }}
{{- end -}}

{{/*
The settings of a pod that runs once. Takes (dict "root" the root context, "token" whether it asks a cloud's store).
*/}}
{{- define "neo4j-restore.oncePod" -}}
{{- $values := .root.Values -}}
restartPolicy: Never
serviceAccountName: {{ include "neo4j-restore.serviceAccountName" .root }}
automountServiceAccountToken: {{ and .token $values.serviceAccount.automountToken }}
enableServiceLinks: false
securityContext:
  {{- toYaml $values.podSecurityContext | nindent 2 }}
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The node of such a pod: that of Neo4j, whose volume it reads. Takes the root context. */}}
{{- define "neo4j-restore.besideNeo4j" -}}
# Several pods of one node can use a ReadWriteOnce volume.
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "neo4j-restore.selectorLabels" . | nindent 12 }}
            {{- if include "neo4j-restore.isCluster" . }}
            # Of several servers, the one whose claim it reads.
            statefulset.kubernetes.io/pod-name: {{ include "neo4j-restore.fullname" . }}-0
            {{- end }}
{{- end -}}
