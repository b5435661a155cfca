{{/*
Rules over several values, which the schema can't express. Takes the root context. Renders nothing, or fails once with
every problem found: what is wrong, and what to set.
*/}}
{{- define "neo4j-restore.validate" -}}
{{- $problems := include "neo4j-restore.validate.neo4j" . | fromYamlArray -}}
{{- if .Values.restore.enabled -}}
{{- $source := include "neo4j-restore.validate.source" . | fromYamlArray -}}
{{- $policy := include "neo4j-restore.validate.policy" . | fromYamlArray -}}
{{- $keeping := include "neo4j-restore.validate.keeping" . | fromYamlArray -}}
{{- $problems = concat $source $policy $keeping $problems -}}
{{- end -}}
{{- if .Values.finalize.enabled -}}
{{- $problems = include "neo4j-restore.validate.finalize" . | fromYamlArray | concat $problems -}}
{{- end -}}
{{- $problems = concat $problems (include "neo4j-restore.validate.mounts" . | fromYamlArray) -}}
{{- with $problems -}}
{{- $count := ternary "a problem" (printf "%d problems" (len .)) (eq 1 (len .)) -}}
{{- printf "\nerror: %s in the values:\n  - %s\n" $count (join "\n  - " .) | fail -}}
{{- end -}}
{{- end -}}

{{/* Problems with the location and the content of the backup, as a YAML list. Takes the root context. */}}
{{- define "neo4j-restore.validate.source" -}}
{{- $problems := list -}}
{{- $bucket := .Values.restore.bucket -}}
{{- $provider := .Values.restore.cloudProvider -}}
{{- if not $bucket -}}
{{- $problems = append $problems "restore.bucket is empty: set it to the location of the backup sets, such as gs://bucket/path, or set restore.enabled: false" -}}
{{- else if not (contains "://" $bucket) -}}
{{- if not $provider -}}
{{- $problems = append $problems (printf "restore.bucket %q has no scheme: write gs://%s, or set restore.cloudProvider" $bucket $bucket) -}}
{{- end -}}
{{- else if not (or (hasPrefix "gs://" $bucket) (hasPrefix "s3://" $bucket) (hasPrefix "azb://" $bucket) (hasPrefix "file:///" $bucket)) -}}
{{- $problems = append $problems (printf "restore.bucket %q has a scheme that the restore image can't read: expected gs://bucket/path, s3://bucket/path, azb://account/container/path or file:///path" $bucket) -}}
{{- else if and $provider (not (hasPrefix (get (dict "gcp" "gs://" "aws" "s3://" "azure" "azb://") $provider) $bucket)) -}}
{{- $problems = append $problems (printf "restore.bucket %q is not a store of restore.cloudProvider %q: clear the provider" $bucket $provider) -}}
{{- end -}}
{{- if and .Values.restore.caBundle.configMapName .Values.restore.caBundle.secretName -}}
{{- $problems = append $problems (printf "restore.caBundle names the ConfigMap %q and the Secret %q: clear one" .Values.restore.caBundle.configMapName .Values.restore.caBundle.secretName) -}}
{{- end -}}
{{- with toString .Values.restore.requesterPays -}}
{{- if and (ne . "false") (or (hasPrefix "azb://" $bucket) (eq $provider "azure")) -}}
{{- $problems = append $problems (printf "restore.requesterPays %q is only for gs:// and s3:// buckets: clear it" .) -}}
{{- else if and (ne . "false") (eq (include "neo4j-restore.isGoogle" $) "") (ne . "true") -}}
{{- $problems = append $problems (printf "restore.requesterPays %q is only for gs:// buckets: write \"true\" for an s3:// bucket" .) -}}
{{- else if and (include "neo4j-restore.isGoogle" $) (has . (list "true" "false")) -}}
{{- $problems = append $problems (printf "restore.requesterPays %q is not a project: write the Google project to bill, or clear it" .) -}}
{{- end -}}
{{- end -}}
{{- $names := list -}}
{{- $sources := list -}}
{{- range splitList "," (.Values.restore.database | lower | replace " " "") -}}
{{- $pair := splitList "=" . -}}
{{- $names = append $names (first $pair) -}}
{{- $sources = append $sources (last $pair) -}}
{{- if and (ne (first $pair) (last $pair)) (has "system" $pair) -}}
{{- $problems = append $problems (printf "restore.database has %q, but each server has one database system, which keeps its name: write system alone" .) -}}
{{- end -}}
{{- end -}}
{{- if not .Values.restore.database -}}
{{- $problems = append $problems "restore.database is empty: set the databases to restore, such as neo4j,system" -}}
{{- else if ne (len $names) (len (uniq $names)) -}}
{{- $problems = append $problems (printf "restore.database %q names a database twice: write each name once" .Values.restore.database) -}}
{{- else if ne (len $sources) (len (uniq $sources)) -}}
{{- $problems = append $problems (printf "restore.database %q restores one set as two databases: restore the second one in a release of its own" .Values.restore.database) -}}
{{- end -}}
{{- range concat $names $sources | uniq -}}
{{- if and (hasPrefix "system" .) (ne . "system") -}}
{{- $problems = append $problems (printf "restore.database has %q, but Neo4j reserves names that start with system: write system, or the right name" .) -}}
{{- end -}}
{{- end -}}
{{- $problems | toYaml -}}
{{- end -}}

{{/* Problems with the policies for existing data, as a YAML list. Takes the root context. */}}
{{- define "neo4j-restore.validate.policy" -}}
{{- $problems := list -}}
{{- $policy := toString .Values.restore.forceOverwrite -}}
{{- if and (eq $policy "true") (not .Values.restore.acceptDataLoss) -}}
{{- $problems = append $problems "restore.forceOverwrite \"true\" restores the backup at each restart of the pod, and loses all data written since: set \"once\" for one restore over existing data, or accept the loss with restore.acceptDataLoss: true" -}}
{{- end -}}
{{- if and .Values.restore.restoreId (ne $policy "once") -}}
{{- $problems = append $problems (printf "restore.restoreId %q has no effect with restore.forceOverwrite %q: set \"once\" to restore over existing data, or clear the id" .Values.restore.restoreId $policy) -}}
{{- end -}}
{{- $own := list -}}
{{- range include "neo4j-restore.ownVariables" . | fromYamlArray }}{{ $own = append $own .name }}{{ end -}}
{{- range .Values.restore.extraEnv -}}
{{- if has .name $own -}}
{{- $problems = append $problems (printf "restore.extraEnv sets %s, which the chart sets itself: use the value of the restore block" .name) -}}
{{- end -}}
{{- end -}}
{{- range $setting := list "server.directories.data" "server.directories.transaction.logs.root" "dbms.directories.data" "dbms.directories.transaction.logs.root" -}}
{{- if hasKey $.Values.config $setting -}}
{{- $problems = append $problems (printf "config moves %s, but the restore writes to /data: leave the setting out" $setting) -}}
{{- end -}}
{{- end -}}
{{- $problems | toYaml -}}
{{- end -}}

{{/* Problems with keeping the old data, and with the request's expiry, as a YAML list. Takes the root context. */}}
{{- define "neo4j-restore.validate.keeping" -}}
{{- $problems := list -}}
{{- $restore := .Values.restore -}}
{{- $always := eq (toString $restore.forceOverwrite) "true" -}}
{{- if eq $restore.spaceMode "reclaim" -}}
{{- if not $always -}}
{{- $problems = append $problems (printf "restore.spaceMode reclaim deletes the old data before the new data is there, and needs restore.forceOverwrite \"true\", not %q: set keep, and make the volume larger" (toString $restore.forceOverwrite)) -}}
{{- end -}}
{{- if $restore.keepPrevious -}}
{{- $problems = append $problems "restore.spaceMode reclaim deletes the data that restore.keepPrevious would keep: set only one of the two" -}}
{{- end -}}
{{- end -}}
{{- if eq $restore.command "rollback" -}}
{{- if $always -}}
{{- $problems = append $problems "restore.command rollback puts data back, but restore.forceOverwrite \"true\" replaces it again at the next run: set \"once\" or \"false\"" -}}
{{- end -}}
{{- if .Values.data.emptyDir -}}
{{- $problems = append $problems "restore.command rollback finds no data with data.emptyDir: the kept data was lost with the pod" -}}
{{- end -}}
{{- end -}}
{{- if not (include "neo4j-restore.heapMebibytes" .) -}}
{{- $problems = append $problems (printf "restore.heapSize %q is more than 1 TiB: write it as 512m or 2g" $restore.heapSize) -}}
{{- end -}}
{{- with $restore.notAfter -}}
{{- $time := upper . | replace " " "T" -}}
{{- /* toDate returns the zero time for a text that is not a time, such as February 30. */ -}}
{{- if or (not (regexMatch "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,}(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$" $time)) (toDate "2006-01-02T15:04:05Z07:00" $time).IsZero -}}
{{- $problems = append $problems (printf "restore.notAfter %q is not a time with a zone: write it as \"2026-01-31T02:00:00Z\"" .) -}}
{{- end -}}
{{- end -}}
{{- $problems | toYaml -}}
{{- end -}}

{{/* Problems with Neo4j, its volume and the containers beside it, as a YAML list. Takes the root context. */}}
{{- define "neo4j-restore.validate.neo4j" -}}
{{- $problems := list -}}
{{- if eq (toString .Values.enabled) "false" -}}
{{- $problems = append $problems "enabled false is only read by the condition of a parent chart: set restore.enabled: false for Neo4j without a restore" -}}
{{- end -}}
{{- $names := list "neo4j" "restore" -}}
{{- range concat .Values.initContainersBefore .Values.initContainersAfter .Values.extraContainers -}}
{{- if has .name $names -}}
{{- $problems = append $problems (printf "two containers of the pod are named %q: give the one of initContainersBefore, initContainersAfter or extraContainers another name" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- if and .Values.data.emptyDir .Values.data.existingClaim -}}
{{- $problems = append $problems (printf "data.emptyDir and data.existingClaim %q are two volumes for /data: clear one" .Values.data.existingClaim) -}}
{{- end -}}
{{- if and .Values.auth.existingSecret (not .Values.auth.enabled) -}}
{{- $problems = append $problems (printf "auth.existingSecret %q has no effect with auth.enabled false: clear it, or enable auth" .Values.auth.existingSecret) -}}
{{- end -}}
{{- $problems | toYaml -}}
{{- end -}}

{{/* Problems with the Job that finalizes, as a YAML list. Takes the root context. */}}
{{- define "neo4j-restore.validate.finalize" -}}
{{- $problems := list -}}
{{- if not .Values.restore.enabled -}}
{{- $problems = append $problems "finalize.enabled has nothing to finalize with restore.enabled false: disable finalize, or enable the restore" -}}
{{- end -}}
{{- if and .Values.auth.enabled (not (include "neo4j-restore.loginSecret" .)) -}}
{{- $problems = append $problems "finalize.enabled needs a login: set auth.existingSecret, or finalize.secretName" -}}
{{- end -}}
{{- if and .Values.finalize.caBundle.configMapName .Values.finalize.caBundle.secretName -}}
{{- $problems = append $problems (printf "finalize.caBundle names the ConfigMap %q and the Secret %q: clear one" .Values.finalize.caBundle.configMapName .Values.finalize.caBundle.secretName) -}}
{{- end -}}
{{- $problems | toYaml -}}
{{- end -}}
