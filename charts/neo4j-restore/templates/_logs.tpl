{{/*
The logs that Neo4j 5 and later writes to stdout, by a configuration of Log4j. All helpers take the root context. The
other logs stay files in /logs, as Neo4j's own configuration has them.
*/}}

{{/* The configuration. Neo4j knows these loggers by their names. Its debug log is JSON from 2025 on. */}}
{{- define "neo4j-restore.logsConfig" -}}
{{- $json := include "neo4j-restore.isVersion" (dict "root" . "range" ">=2025") -}}
{{- $loggers := dict "debug" "Root" "http" "HttpLogger" "query" "QueryLogger" "security" "SecurityLogger" -}}
<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="ERROR">
  <Appenders>
    {{- range $log, $logger := $loggers }}
    {{- $isStdout := has $log $.Values.logs.stdout }}
    {{- if $isStdout }}
    <Console name="{{ $log }}" target="SYSTEM_OUT">
    {{- else }}
    <RollingRandomAccessFile name="{{ $log }}" fileName="${config:server.directories.logs}/{{ $log }}.log"
        filePattern="$${config:server.directories.logs}/{{ $log }}.log.%02i">
      <Policies><SizeBasedTriggeringPolicy size="20 MB"/></Policies>
      <DefaultRolloverStrategy fileIndex="min" max="7"/>
    {{- end }}
      {{- if ne $log "debug" }}
      <PatternLayout pattern="%d{yyyy-MM-dd HH:mm:ss.SSSZ}{GMT+0} %-5p %m%n"/>
      {{- else if $json }}
      <JsonTemplateLayout eventTemplateUri="classpath:org/neo4j/logging/StructuredLayoutWithMessage.json"/>
      {{- else }}
      <Neo4jDebugLogLayout pattern="%d{yyyy-MM-dd HH:mm:ss.SSSZ}{GMT+0} %-5p [%c{1.}] %m%n"/>
      {{- end }}
    </{{ ternary "Console" "RollingRandomAccessFile" $isStdout }}>
    {{- end }}
  </Appenders>
  <Loggers>
    {{- range $log, $logger := $loggers }}
    {{- if eq $log "debug" }}
    <Root level="INFO"><AppenderRef ref="{{ $log }}"/></Root>
    {{- else }}
    <Logger name="{{ $logger }}" level="INFO" additivity="false"><AppenderRef ref="{{ $log }}"/></Logger>
    {{- end }}
    {{- end }}
  </Loggers>
</Configuration>
{{- end -}}

{{/* The volume with it. Empty without such a log. */}}
{{- define "neo4j-restore.logsVolume" -}}
{{- if .Values.logs.stdout }}
- name: logs-config
  configMap:
    name: {{ include "neo4j-restore.fullname" . }}-logs
{{- end }}
{{- end -}}

{{/* The mount of that volume. */}}
{{- define "neo4j-restore.logsMount" -}}
{{- if .Values.logs.stdout }}
- name: logs-config
  mountPath: /logs-config
  readOnly: true
{{- end }}
{{- end -}}

{{/* The annotations of the pod. Neo4j reads the configuration at its start, so a change restarts the pod. */}}
{{- define "neo4j-restore.podAnnotations" -}}
{{- $own := dict -}}
{{- if .Values.logs.stdout -}}
{{- $own = dict "checksum/logs" (include "neo4j-restore.logsConfig" . | sha256sum) -}}
{{- end -}}
{{- with merge (dict) .Values.podAnnotations $own }}{{ toYaml . }}{{ end -}}
{{- end -}}
