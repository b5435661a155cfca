{{/* What only a pod of a cluster has. All helpers take the root context, with "member" for a read replica. */}}

{{/*
The spread over nodes and zones, besides that of the values: a YAML list. Empty for a single server. Zones are never
required: nodes may have no label of one.
*/}}
{{- define "neo4j-restore.spread" -}}
{{- $onNodes := ternary "DoNotSchedule" "ScheduleAnyway" (eq .Values.cluster.spread "required") -}}
{{- if and (include "neo4j-restore.isCluster" .) (ne .Values.cluster.spread "none") }}
{{- range $key, $unless := dict "kubernetes.io/hostname" $onNodes "topology.kubernetes.io/zone" "ScheduleAnyway" }}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: {{ $unless }}
  labelSelector:
    matchLabels:
      {{- include "neo4j-restore.selectorLabels" $ | nindent 6 }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* The ports of the Neo4j container besides those of clients. */}}
{{- define "neo4j-restore.memberPorts" -}}
{{- if include "neo4j-restore.isCluster" . }}
- name: discovery
  containerPort: 5000
- name: transactions
  containerPort: 6000
- name: raft
  containerPort: 7000
{{- if .Values.cluster.backups }}
- name: backup
  containerPort: 6362
{{- end }}
{{- end -}}
{{- end -}}

{{/* The variables by which a member names its own volume, where a single server has a fixed name: a YAML list. */}}
{{- define "neo4j-restore.ownVolume" -}}
{{- if and (include "neo4j-restore.isCluster" .) (not .Values.data.emptyDir) }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: VOLUME_ID
  value: {{ include "neo4j-restore.volumeId" (dict "root" . "claim" "data-$(POD_NAME)") }}
{{- end -}}
{{- end -}}

{{/*
How a probe asks. The readiness of a member is what it says of itself: its port may be open before it has joined. Takes
(dict "root" the root context, "probe" such as readiness).
*/}}
{{- define "neo4j-restore.probe" -}}
{{- if and (eq .probe "readiness") (include "neo4j-restore.isCluster" .root) -}}
httpGet:
  path: {{ include "neo4j-restore.servingPath" .root }}
  port: http
{{- else -}}
tcpSocket:
  port: bolt
{{- end -}}
{{- end -}}

{{/* A headless Service of all pods of a kind, ready or not: they find each other before the cluster serves. */}}
{{- define "neo4j-restore.headless" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "neo4j-restore.governingService" . }}
  labels:
    {{- include "neo4j-restore.labels" . | nindent 4 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    {{- include "neo4j-restore.selectorLabels" . | nindent 4 }}
  ports:
    {{- range $name, $port := dict "bolt" 7687 "http" 7474 "discovery" 5000 "transactions" 6000 "raft" 7000 }}
    - name: {{ $name }}
      port: {{ $port }}
    {{- end }}
{{- end -}}
