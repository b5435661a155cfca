{{/* Makes the restore container from values. No other file turns them into its environment. */}}

{{/* The variables that the chart itself sets, without empty ones: a YAML list. Takes the root context. */}}
{{- define "neo4j-restore.ownVariables" -}}
{{- $restore := .Values.restore -}}
{{- $claim := ternary "" (include "neo4j-restore.claimName" .) .Values.data.emptyDir -}}
{{- $paths := dict -}}
{{- range include "neo4j-restore.storeFiles" . | fromYamlArray -}}
{{- $_ := set $paths .volume (printf "%s/%s" .mountPath .path) -}}
{{- end -}}
{{- $env := list
  (dict "name" "BUCKET" "value" $restore.bucket)
  (dict "name" "CLOUD_PROVIDER" "value" $restore.cloudProvider)
  (dict "name" "DATABASE" "value" $restore.database)
  (dict "name" "TIMESTAMP" "value" $restore.timestamp)
  (dict "name" "RESTORE_UNTIL" "value" $restore.restoreUntil)
  (dict "name" "BACKUP_SET_DIR" "value" $restore.backupSetDir)
  (dict "name" "FORCE_OVERWRITE" "value" (toString $restore.forceOverwrite))
  (dict "name" "RESTORE_ID" "value" $restore.restoreId)
  (dict "name" "KEEP_PREVIOUS" "value" (toString $restore.keepPrevious))
  (dict "name" "RESTORE_NOT_AFTER" "value" $restore.notAfter)
  (dict "name" "ON_MISSING" "value" $restore.onMissing)
  (dict "name" "ON_STALE_LATEST" "value" $restore.onStaleLatest)
  (dict "name" "VOLUME_ID" "value" (include "neo4j-restore.volumeId" (dict "root" . "claim" $claim)))
  (dict "name" "ON_FOREIGN_VOLUME" "value" $restore.onForeignVolume)
  (dict "name" "IGNORE_OBJECTS" "value" (join "," $restore.ignoreObjects))
  (dict "name" "REQUIRE_CHECKSUM" "value" (toString $restore.requireChecksum))
  (dict "name" "CONSISTENCY_CHECK" "value" (toString $restore.consistencyCheck))
  (dict "name" "AUTH_FILES" "value" (toString $restore.authFiles))
  (dict "name" "MIGRATE" "value" (toString $restore.migrate))
  (dict "name" "SPACE_MODE" "value" $restore.spaceMode)
  (dict "name" "PURGE_ON_COMPLETE" "value" (toString $restore.purgeOnComplete))
  (dict "name" (include "neo4j-restore.keyVariable" .) "value" (get $paths "restore-service-key"))
  (dict "name" "SECRET_NAME" "value" (ternary "" $restore.secretName (eq $restore.secretName "restore-service-key")))
  (dict "name" "ENDPOINT_URL" "value" $restore.endpointUrl)
  (dict "name" "REGION" "value" $restore.region)
  (dict "name" "ADDRESSING_STYLE" "value" $restore.addressingStyle)
  (dict "name" "CA_BUNDLE" "value" (get $paths "restore-certificates"))
  (dict "name" "REQUESTER_PAYS" "value" (toString $restore.requesterPays))
  (dict "name" "ENCRYPTION_KEY_FILE" "value" (get $paths "restore-encryption-key"))
  (dict "name" "AGE_IDENTITY_FILE" "value" (get $paths "restore-age-identity"))
  (dict "name" "STORAGE_EMULATOR_HOST" "value" $restore.emulatorHost)
  (dict "name" "DATA_DIR" "value" "/data")
  (dict "name" "HEAP_SIZE" "value" $restore.heapSize)
  (dict "name" "RETRY_SECONDS" "value" (toJson $restore.retrySeconds))
  (dict "name" "STALL_SECONDS" "value" (toJson $restore.stallSeconds))
  (dict "name" "DEADLINE_SECONDS" "value" (toJson $restore.deadlineSeconds))
  (dict "name" "CONNECTIONS" "value" (toJson $restore.connections))
  (dict "name" "START_JITTER_SECONDS" "value" (toJson $restore.startJitterSeconds))
  (dict "name" "LOG_FORMAT" "value" $restore.logFormat)
  (dict "name" "TERMINATION_LOG" "value" "/dev/termination-log")
-}}
{{- $set := list -}}
{{- range $env }}{{ if .value }}{{ $set = append $set . }}{{ end }}{{ end -}}
{{- $set = include "neo4j-restore.memberVariables" . | fromYamlArray | concat $set -}}
{{- concat $set (include "neo4j-restore.licence" . | fromYamlArray) | toYaml -}}
{{- end -}}

{{/*
The environment of the restore container, and of all others that look at the same request. Takes (dict "root" the root
context). With "env", a list of names and values, these take the place of the request's. An empty value takes one away.
*/}}
{{- define "neo4j-restore.env" -}}
{{- $given := list -}}
{{- $names := list -}}
{{- range .env -}}
{{- $names = append $names .name -}}
{{- if or .value .valueFrom }}{{ $given = append $given . }}{{ end -}}
{{- end -}}
{{- $env := list -}}
{{- range concat (include "neo4j-restore.ownVariables" .root | fromYamlArray) .root.Values.restore.extraEnv -}}
{{- if not (has .name $names) }}{{ $env = append $env . }}{{ end -}}
{{- end -}}
{{- concat $env $given | toYaml -}}
{{- end -}}

{{/*
The complete restore container, of the StatefulSet and of each other workload that restores. Takes (dict "root" the root
context). It can have "name" instead of restore, "args" instead of restore.command, and "env" as above.
*/}}
{{- define "neo4j-restore.container" -}}
{{- include "neo4j-restore.program" (dict
  "root" .root
  "name" (default "restore" .name)
  "args" (default (list .root.Values.restore.command) .args)
  "env" (include "neo4j-restore.env" .)
  "envFrom" .root.Values.restore.extraEnvFrom
  "resources" (include "neo4j-restore.restoreResources" .root)) }}
# `kubectl describe pod` shows the reason of a failure, or the last log lines if the container was killed.
terminationMessagePath: /dev/termination-log
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  - {{ include "neo4j-restore.dataMount" .root | indent 4 | trim }}
  {{- include "neo4j-restore.restoreMounts" .root | nindent 2 }}
{{- end -}}

{{/* Its mounts besides the data, for restoreVolumes. Takes the root context. */}}
{{- define "neo4j-restore.restoreMounts" -}}
- name: restore-tmp
  mountPath: /tmp
{{ include "neo4j-restore.storeMounts" . }}
{{- with .Values.restore.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Its volumes besides the data and those of the values. Takes the root context. */}}
{{- define "neo4j-restore.restoreVolumes" -}}
- name: restore-tmp
  emptyDir: {}
{{ include "neo4j-restore.storeVolumes" . }}
{{- end -}}
