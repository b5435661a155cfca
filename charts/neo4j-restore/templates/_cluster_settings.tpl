{{/*
The settings of Neo4j that make servers a cluster, as a YAML map. They differ by version, and `config` overrides them.
All helpers take the root context, with "member" for a read replica.
*/}}

{{/* All of them. Empty for a single server. */}}
{{- define "neo4j-restore.clusterSettings" -}}
{{- if include "neo4j-restore.isCluster" . -}}
{{- if include "neo4j-restore.isVersion" (dict "root" . "range" "<5") -}}
{{ include "neo4j-restore.causalSettings" . }}
{{- else -}}
{{ include "neo4j-restore.autonomousSettings" . }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name of this pod, which the other members reach. Kubernetes fills in the variable. */}}
{{- define "neo4j-restore.ownName" -}}
$(POD_NAME).{{ include "neo4j-restore.memberDomain" . }}
{{- end -}}

{{/* Causal clusters of 3.x and 4.x. */}}
{{- define "neo4j-restore.causalSettings" -}}
{{- $before4 := include "neo4j-restore.isVersion" (dict "root" . "range" "<4") -}}
{{- $formation := ternary "expected_core_cluster_size" "minimum_core_cluster_size_at_formation"
  (ne (include "neo4j-restore.isVersion" (dict "root" . "range" "<3.4")) "") -}}
dbms.mode: {{ ternary "READ_REPLICA" "CORE" (eq "read-replica" (default "" .member)) }}
dbms.{{ if $before4 }}connectors.{{ end }}default_listen_address: 0.0.0.0
dbms.{{ if $before4 }}connectors.{{ end }}default_advertised_address: {{ include "neo4j-restore.ownName" . }}
causal_clustering.initial_discovery_members: {{ include "neo4j-restore.members" (dict "root" . "port" 5000) }}
causal_clustering.discovery_advertised_address: {{ include "neo4j-restore.ownName" . }}:5000
causal_clustering.transaction_advertised_address: {{ include "neo4j-restore.ownName" . }}:6000
causal_clustering.raft_advertised_address: {{ include "neo4j-restore.ownName" . }}:7000
# All members must be there before the cluster forms, so none that still restores is left out.
causal_clustering.{{ $formation }}: {{ .Values.servers }}
# The restore container of a member asks the others, and has no login.
dbms.security.causal_clustering_status_auth_enabled: false
{{- if .Values.cluster.backups }}
dbms.backup.enabled: true
dbms.backup.{{ ternary "address" "listen_address" (ne $before4 "") }}: 0.0.0.0:6362
{{- end }}
{{- end -}}

{{/* Clusters of 5 and later. Discovery changed its service in 5.23, and the name of its setting in 2025.01. */}}
{{- define "neo4j-restore.autonomousSettings" -}}
server.default_listen_address: 0.0.0.0
server.default_advertised_address: {{ include "neo4j-restore.ownName" . }}
dbms.cluster.discovery.resolver_type: LIST
{{- if include "neo4j-restore.isVersion" (dict "root" . "range" "<5.23") }}
dbms.cluster.discovery.endpoints: {{ include "neo4j-restore.members" (dict "root" . "port" 5000) }}
{{- else if include "neo4j-restore.isVersion" (dict "root" . "range" "<2025") }}
dbms.cluster.discovery.version: V2_ONLY
dbms.cluster.discovery.v2.endpoints: {{ include "neo4j-restore.members" (dict "root" . "port" 6000) }}
{{- else }}
dbms.cluster.endpoints: {{ include "neo4j-restore.members" (dict "root" . "port" 6000) }}
{{- end }}
dbms.cluster.minimum_initial_system_primaries_count: {{ .Values.servers }}
# Each server has restored the default database. With fewer primaries, those of the others would be left over.
initial.dbms.default_primaries_count: {{ .Values.servers }}
dbms.security.cluster_status_auth_enabled: false
{{- if .Values.cluster.backups }}
server.backup.enabled: true
server.backup.listen_address: 0.0.0.0:6362
{{- end }}
{{- end -}}
