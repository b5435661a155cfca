{{/* The pod template of a drill, and what its failures mean. All helpers take the root context. */}}

{{/* The pod. Its volume goes with it, however it ends. */}}
{{- define "neo4j-restore.drill.pod" -}}
metadata:
  labels:
    {{- include "neo4j-restore.identity" . | nindent 4 }}
    app.kubernetes.io/component: drill
    {{- with merge (dict) .Values.podLabels .Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "neo4j-restore.oncePod" (dict "root" . "token" true) | nindent 2 }}
  initContainers:
    - {{ include "neo4j-restore.drill.restore" . | indent 6 | trim }}
    - {{ include "neo4j-restore.drill.neo4j" . | indent 6 | trim }}
  containers:
    - {{ include "neo4j-restore.drill.container" . | indent 6 | trim }}
  volumes:
    - {{ include "neo4j-restore.drill.volume" . | indent 6 | trim }}
    - name: logs
      emptyDir: {}
    {{- include "neo4j-restore.restoreVolumes" . | nindent 4 }}
    {{- include "neo4j-restore.drill.storeVolumes" . | nindent 4 }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* Which failures are not tried again: those that the next pod would have too. Its volume has the same size (13). */}}
{{- define "neo4j-restore.drill.failures" -}}
rules:
  - action: Ignore
    onPodConditions:
      - type: DisruptionTarget
        status: "True"
  - action: FailJob
    onExitCodes:
      containerName: restore
      operator: In
      values: [2, 10, 11, 12, 13, 30, 31, 70]
  - action: FailJob
    onExitCodes:
      containerName: drill
      operator: In
      values: [2, 42, 70]
{{- end -}}
