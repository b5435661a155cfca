{{/*
A cluster: what its members have besides a single server's parts. All helpers take the root context, unless their
comment names another. For a read replica it has "member": read-replica.
*/}}

{{/* "true" if the release installs several servers. Empty for a single one, and for Jobs that restore. */}}
{{- define "neo4j-restore.isCluster" -}}
{{- if and (gt (int .Values.servers) 1) (include "neo4j-restore.installsNeo4j" .) }}true{{ end -}}
{{- end -}}

{{/* The component of a pod, for its labels. */}}
{{- define "neo4j-restore.component" -}}
{{- default "database" .member -}}
{{- end -}}

{{/* Name of the StatefulSet. A label of its pods has it with a hash of 11 characters, so 52 characters are left. */}}
{{- define "neo4j-restore.setName" -}}
{{- $full := include "neo4j-restore.fullname" . -}}
{{- if .member -}}
{{ $full | trunc 44 | trimSuffix "-" }}-replica
{{- else -}}
{{ $full }}
{{- end -}}
{{- end -}}

{{/* Name of the Service that gives each pod a name: a headless one in a cluster. */}}
{{- define "neo4j-restore.governingService" -}}
{{- if include "neo4j-restore.isCluster" . -}}
{{ include "neo4j-restore.fullname" . }}-{{ ternary "replicas" "members" (eq "read-replica" (default "" .member)) }}
{{- else -}}
{{ include "neo4j-restore.fullname" . }}
{{- end -}}
{{- end -}}

{{/* The domain of that Service, below which each pod has its name. */}}
{{- define "neo4j-restore.memberDomain" -}}
{{ include "neo4j-restore.governingService" . }}.{{ .Release.Namespace }}.svc.{{ .Values.cluster.domain }}
{{- end -}}

{{/* The cores or primaries, with commas between them. Takes (dict "root" the root context, "port" the port). */}}
{{- define "neo4j-restore.members" -}}
{{- $cores := omit .root "member" -}}
{{- $members := list -}}
{{- range $number := until (int .root.Values.servers) -}}
{{- $pod := printf "%s-%d" (include "neo4j-restore.fullname" $cores) $number -}}
{{- $members = printf "%s.%s:%v" $pod (include "neo4j-restore.memberDomain" $cores) $.port | append $members -}}
{{- end -}}
{{- join "," $members -}}
{{- end -}}

{{/* The version of Neo4j, as two numbers such as 4.4. Empty if neither the values nor the image's tag say it. */}}
{{- define "neo4j-restore.neo4jVersion" -}}
{{- default .Values.image.tag .Values.cluster.neo4jVersion | regexFind "^[0-9]{1,4}[.][0-9]+" -}}
{{- end -}}

{{/* "true" if that version fits. Takes (dict "root" the root context, "range" a range of versions). */}}
{{- define "neo4j-restore.isVersion" -}}
{{- /* 2026.08 is not a semantic version with its zero. */ -}}
{{- $version := regexReplaceAll "[.]0+([0-9])" (include "neo4j-restore.neo4jVersion" .root) ".${1}" -}}
{{- if and $version (semverCompare .range (printf "%s.0" $version)) }}true{{ end -}}
{{- end -}}

{{/* The path at which a member says over HTTP that it serves. */}}
{{- define "neo4j-restore.servingPath" -}}
{{- if include "neo4j-restore.isVersion" (dict "root" . "range" "<4") -}}
/db/manage/server/{{ ternary "read-replica" "core" (eq "read-replica" (default "" .member)) }}/available
{{- else -}}
/db/system/cluster/available
{{- end -}}
{{- end -}}

{{/* The variables of the restore container that only a member has: a YAML list. */}}
{{- define "neo4j-restore.memberVariables" -}}
{{- if include "neo4j-restore.isCluster" . }}
- name: CLUSTER_MEMBERS
  value: {{ include "neo4j-restore.members" (dict "root" . "port" 7474) }}
- name: ON_LIVING_CLUSTER
  value: {{ .Values.restore.onLivingCluster }}
{{- end -}}
{{- end -}}
