{{/* Makes a container's environment from values. No other file does. All helpers take the root context. */}}

{{/* The variables that the chart itself sets for the restore container: a list, without empty ones. */}}
{{- define "neo4j-restore.ownVariables" -}}
{{- $restore := .Values.restore -}}
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
  (dict "name" "IGNORE_OBJECTS" "value" (join "," $restore.ignoreObjects))
  (dict "name" "REQUIRE_CHECKSUM" "value" (toString $restore.requireChecksum))
  (dict "name" "CONSISTENCY_CHECK" "value" (toString $restore.consistencyCheck))
  (dict "name" "SPACE_MODE" "value" $restore.spaceMode)
  (dict "name" "PURGE_ON_COMPLETE" "value" (toString $restore.purgeOnComplete))
  (dict "name" (include "neo4j-restore.keyVariable" .) "value" (ternary (printf "/auth/%s" (include "neo4j-restore.secretKey" .)) "" (ne $restore.secretName "")))
  (dict "name" "ENDPOINT_URL" "value" $restore.endpointUrl)
  (dict "name" "REGION" "value" $restore.region)
  (dict "name" "ADDRESSING_STYLE" "value" $restore.addressingStyle)
  (dict "name" "CA_BUNDLE" "value" (ternary "/certificates/ca.crt" "" (ne (include "neo4j-restore.hasCaBundle" .) "")))
  (dict "name" "REQUESTER_PAYS" "value" (toString $restore.requesterPays))
  (dict "name" "ENCRYPTION_KEY_FILE" "value" (ternary "/encryption/key" "" (ne $restore.encryptionKey.secretName "")))
  (dict "name" "AGE_IDENTITY_FILE" "value" (ternary "/age/identity" "" (ne $restore.ageIdentity.secretName "")))
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
{{- concat $set (include "neo4j-restore.licence" . | fromYamlArray) | toYaml -}}
{{- end -}}

{{/* "gs" for a bucket of Google, or of an unknown store. Empty otherwise. */}}
{{- define "neo4j-restore.isGoogle" -}}
{{- $bucket := .Values.restore.bucket -}}
{{- if not (or (hasPrefix "s3://" $bucket) (hasPrefix "azb://" $bucket) (has .Values.restore.cloudProvider (list "aws" "azure"))) }}gs{{ end -}}
{{- end -}}

{{/* "azb" for a container of Azure. Empty otherwise. */}}
{{- define "neo4j-restore.isAzure" -}}
{{- if or (hasPrefix "azb://" .Values.restore.bucket) (eq .Values.restore.cloudProvider "azure") }}azb{{ end -}}
{{- end -}}

{{/* The name of the variable for the key file. */}}
{{- define "neo4j-restore.keyVariable" -}}
{{- ternary "GOOGLE_APPLICATION_CREDENTIALS" "CREDENTIALS_FILE" (ne (include "neo4j-restore.isGoogle" .) "") -}}
{{- end -}}

{{/* The name of the key in its secret, and of its file. */}}
{{- define "neo4j-restore.secretKey" -}}
{{- .Values.restore.secretKey | default (ternary "credentials.json" "credentials" (ne (include "neo4j-restore.isGoogle" .) "")) -}}
{{- end -}}

{{/* "true" if CA certificates are set. Empty otherwise. */}}
{{- define "neo4j-restore.hasCaBundle" -}}
{{- if or .Values.restore.caBundle.configMapName .Values.restore.caBundle.secretName }}true{{ end -}}
{{- end -}}

{{/* The mounts for the store: key, certificates and encryption keys. */}}
{{- define "neo4j-restore.storeMounts" -}}
{{- if .Values.restore.secretName }}
- name: restore-service-key
  mountPath: /auth
  readOnly: true
{{- end }}
{{- if include "neo4j-restore.hasCaBundle" . }}
- name: restore-certificates
  mountPath: /certificates
  readOnly: true
{{- end }}
{{- if .Values.restore.encryptionKey.secretName }}
- name: restore-encryption-key
  mountPath: /encryption
  readOnly: true
{{- end }}
{{- if .Values.restore.ageIdentity.secretName }}
- name: restore-age-identity
  mountPath: /age
  readOnly: true
{{- end }}
{{- end -}}

{{/* The environment of the restore container, and of the test's, which checks the same request. */}}
{{- define "neo4j-restore.env" -}}
{{- concat (include "neo4j-restore.ownVariables" . | fromYamlArray) .Values.restore.extraEnv | toYaml -}}
{{- end -}}

{{/* The environment of the container that finalizes. Without restore.database the receipt names the databases. */}}
{{- define "neo4j-restore.finalizeEnv" -}}
{{- $own := printf "bolt://%s:7687" (include "neo4j-restore.fullname" .) -}}
{{- $env := list
  (dict "name" "BOLT_URI" "value" (default $own .Values.finalize.boltUri))
  (dict "name" "BOLT_AUTH_FILE" "value" (ternary "/login" "" (ne (include "neo4j-restore.loginSecret" .) "")))
  (dict "name" "BOLT_CA_FILE" "value" (ternary "/bolt-certificates/ca.crt" "" (ne (include "neo4j-restore.hasBoltCa" .) "")))
  (dict "name" "DATABASE" "value" .Values.restore.database)
  (dict "name" "DATA_DIR" "value" "/data")
  (dict "name" "METADATA" "value" .Values.finalize.metadata)
  (dict "name" "DEFAULT_DATABASE" "value" .Values.finalize.defaultDatabase)
  (dict "name" "FINALIZE_SECONDS" "value" (toJson .Values.finalize.deadlineSeconds))
  (dict "name" "LOG_FORMAT" "value" .Values.restore.logFormat)
  (dict "name" "TERMINATION_LOG" "value" "/dev/termination-log")
-}}
{{- $set := list -}}
{{- range $env }}{{ if .value }}{{ $set = append $set . }}{{ end }}{{ end -}}
{{- $set | toYaml -}}
{{- end -}}

{{/* Name of the Secret with the login for the running server. Empty if clients need none. */}}
{{- define "neo4j-restore.loginSecret" -}}
{{- if .Values.auth.enabled }}{{ default .Values.auth.existingSecret .Values.finalize.secretName }}{{ end -}}
{{- end -}}

{{/* "true" if CA certificates for the server are set. Empty otherwise. */}}
{{- define "neo4j-restore.hasBoltCa" -}}
{{- if or .Values.finalize.caBundle.configMapName .Values.finalize.caBundle.secretName }}true{{ end -}}
{{- end -}}

{{/* The accepted licence, for both containers: a list of one variable, or an empty list. */}}
{{- define "neo4j-restore.licence" -}}
{{- $licence := .Values.acceptLicenseAgreement -}}
{{- ternary (list) (list (dict "name" "NEO4J_ACCEPT_LICENSE_AGREEMENT" "value" $licence)) (eq $licence "no") | toYaml -}}
{{- end -}}

{{/* Environment of the Neo4j container. The image reads a setting from its name with "." as "_" and "_" as "__". */}}
{{- define "neo4j-restore.neo4jEnv" -}}
{{- $env := include "neo4j-restore.licence" . | fromYamlArray -}}
{{- if not .Values.auth.enabled -}}
{{- $env = append $env (dict "name" "NEO4J_AUTH" "value" "none") -}}
{{- else if .Values.auth.existingSecret -}}
{{- $key := dict "name" .Values.auth.existingSecret "key" "NEO4J_AUTH" -}}
{{- $env = append $env (dict "name" "NEO4J_AUTH" "valueFrom" (dict "secretKeyRef" $key)) -}}
{{- end -}}
{{- range $setting, $value := .Values.config -}}
{{- $name := $setting | replace "_" "__" | replace "." "_" | printf "NEO4J_%s" -}}
{{- /* toString would write a large number as 1e+07. */ -}}
{{- $env = append $env (dict "name" $name "value" (ternary $value (toJson $value) (kindIs "string" $value))) -}}
{{- end -}}
{{- concat $env .Values.extraEnv | default list | toYaml -}}
{{- end -}}

{{/* Security context of a container of the restore image. */}}
{{- define "neo4j-restore.hardened" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}

{{/* The complete init container. */}}
{{- define "neo4j-restore.container" -}}
name: restore
image: {{ include "neo4j-restore.image" (dict "image" .Values.restore.image "tag" .Chart.AppVersion) }}
imagePullPolicy: {{ .Values.restore.image.pullPolicy }}
args:
  - {{ .Values.restore.command }}
env:
  {{- include "neo4j-restore.env" . | nindent 2 }}
resources:
  {{- include "neo4j-restore.restoreResources" . | nindent 2 }}
securityContext:
  {{- include "neo4j-restore.hardened" . | nindent 2 }}
# `kubectl describe pod` shows the reason of a failure, or the last log lines if the container was killed.
terminationMessagePath: /dev/termination-log
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  - {{ include "neo4j-restore.dataMount" . | indent 4 | trim }}
  - name: restore-tmp
    mountPath: /tmp
  {{- include "neo4j-restore.storeMounts" . | nindent 2 }}
  {{- with .Values.restore.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
