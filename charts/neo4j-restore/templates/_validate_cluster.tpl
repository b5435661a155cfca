{{/* Problems with a cluster: its shape, and what would give its members different data. Take the root context. */}}

{{/* Its shape. */}}
{{- define "neo4j-restore.validate.cluster" -}}
{{- $old := include "neo4j-restore.isVersion" (dict "root" . "range" "<5") }}
{{- if eq 2 (int .Values.servers) }}
- servers 2 can't lose one of them: write 1 for a single server, or 3 or more for a cluster
{{- end }}
{{- if and (gt (int .Values.servers) 1) (not (include "neo4j-restore.installsNeo4j" .)) }}
- servers {{ .Values.servers }} has no effect with restore.mode job, which installs no Neo4j: set 1
{{- end }}
{{- if and .Values.readReplicas (not (include "neo4j-restore.isCluster" .)) }}
- readReplicas {{ .Values.readReplicas }} needs a cluster: set servers to 3 or more, or readReplicas to 0
{{- end }}
{{- if and .Values.podDisruptionBudget.enabled (not (include "neo4j-restore.installsNeo4j" .)) }}
- podDisruptionBudget.enabled has no effect with restore.mode job, which installs no Neo4j: set it to false
{{- end }}
{{- if include "neo4j-restore.isCluster" . }}
{{- if .Values.podDisruptionBudget.enabled }}
- podDisruptionBudget.enabled is for a single server: set it to false. For a cluster cluster.maxUnavailable says how
  many of its servers a drain may stop at once
{{- end }}
{{- if eq .Values.acceptLicenseAgreement "no" }}
- servers {{ .Values.servers }} needs the Enterprise Edition: set image.tag to one that ends with -enterprise, and
  acceptLicenseAgreement to "yes" or "eval"
{{- end }}
{{- if not (include "neo4j-restore.neo4jVersion" .) }}
- image.tag {{ quote .Values.image.tag }} does not begin with a version, by which a cluster's settings differ: set
  cluster.neo4jVersion, such as "4.4"
{{- else if and .Values.readReplicas (not $old) }}
- readReplicas {{ .Values.readReplicas }} is for Neo4j 3.x and 4.x: set it to 0, and give a database secondaries with
  CREATE DATABASE … TOPOLOGY
{{- end }}
{{- $most := div (sub (int .Values.servers) 1) 2 | int }}
{{- if gt (int .Values.cluster.maxUnavailable) $most }}
- cluster.maxUnavailable {{ .Values.cluster.maxUnavailable }} of {{ .Values.servers }} servers would take away the
  majority, without which the cluster takes no writes: set at most {{ $most }}
{{- end }}
{{- range list "server.http.enabled" "dbms.connector.http.enabled" }}
{{- if eq (get $.Values.config . | toString) "false" }}
- config {{ . }} false takes away the port at which the members tell each other that they serve: leave it out
{{- end }}
{{- end }}
{{- if ne .Values.podManagementPolicy "Parallel" }}
- podManagementPolicy {{ .Values.podManagementPolicy }} starts a server once the one before is ready, which waits for
  the others: set Parallel
{{- end }}
{{- if .Values.data.existingClaim }}
- data.existingClaim {{ quote .Values.data.existingClaim }} is one volume for {{ .Values.servers }} servers: clear it,
  so that each server gets a claim
{{- end }}
{{- end }}
{{- end -}}

{{/* Its data. */}}
{{- define "neo4j-restore.validate.clusterData" -}}
{{- $restore := .Values.restore }}
{{- if include "neo4j-restore.isCluster" . }}
{{- if and (eq $restore.timestamp "latest") (not .Values.cluster.acceptUnpinned) }}
- restore.timestamp latest lets each server choose by itself, and two may restore different sets: set the stamp of one
  set or a time, or accept it with cluster.acceptUnpinned: true
{{- end }}
{{- if eq (toString $restore.forceOverwrite) "true" }}
- restore.forceOverwrite "true" puts one server of the cluster back whenever it restarts: set "once", and stop all
  servers before
{{- end }}
{{- if ne $restore.onMissing "fail" }}
- restore.onMissing {{ $restore.onMissing }} lets a server start without data, and the others may copy that: set fail
{{- end }}
{{- if ne $restore.command "run" }}
- restore.command {{ $restore.command }} would put the servers back one after the other, while the others run: set run,
  and restore the earlier set with forceOverwrite once
{{- end }}
{{- if include "neo4j-restore.isVersion" (dict "root" . "range" ">=5") }}
{{- if not .Values.cluster.acceptFirstBootstrap }}
- servers {{ .Values.servers }} with a restore: Neo4j documents no restore of a cluster of 5 or later before its first
  start. Seed the databases of the running cluster with Cypher (CREATE DATABASE … OPTIONS {seedURI}) and set
  restore.enabled: false, or accept it with cluster.acceptFirstBootstrap: true
{{- end }}
{{- if has "system" (splitList "," ($restore.database | lower | replace " " "")) }}
- restore.database has system, which says which of the old servers has which database: leave it out for a cluster of
  Neo4j 5 or later
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
