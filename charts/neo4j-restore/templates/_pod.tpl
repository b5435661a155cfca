{{/* The parts of the StatefulSet's pod. All helpers take the root context. */}}

{{/* The settings of the pod as a whole. */}}
{{- define "neo4j-restore.pod" -}}
serviceAccountName: {{ include "neo4j-restore.serviceAccountName" . }}
automountServiceAccountToken: {{ .Values.serviceAccount.automountToken }}
# A Service named neo4j would add variables such as NEO4J_PORT, and the image would write them into neo4j.conf.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- range $key := list "imagePullSecrets" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "priorityClassName" }}
{{- with get $.Values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The Neo4j container: the unchanged image, with its own entry point. */}}
{{- define "neo4j-restore.neo4j" -}}
name: neo4j
image: {{ include "neo4j-restore.image" (dict "image" .Values.image "tag" "") }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  {{- include "neo4j-restore.neo4jEnv" . | nindent 2 }}
ports:
  - name: bolt
    containerPort: 7687
  - name: http
    containerPort: 7474
{{- range $probe, $timing := .Values.probes }}
{{ $probe }}Probe:
  tcpSocket:
    port: bolt
  {{- toYaml $timing | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
# The root is not read-only: the image's entry point writes neo4j.conf under /var/lib/neo4j.
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop:
      - ALL
terminationMessagePath: /dev/termination-log
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  - {{ include "neo4j-restore.dataMount" . | indent 4 | trim }}
  - name: logs
    mountPath: /logs
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The mount of the data, the same in all containers. */}}
{{- define "neo4j-restore.dataMount" -}}
name: data
mountPath: /data
{{- with .Values.data.subPath }}
subPath: {{ . }}
{{- end }}
{{- end -}}

{{/* The volumes. The one at /data is left out if the StatefulSet creates a claim of that name. */}}
{{- define "neo4j-restore.volumes" -}}
- name: logs
  emptyDir: {}
{{- if .Values.data.emptyDir }}
- name: data
  emptyDir: {}
{{- else if .Values.data.existingClaim }}
- name: data
  persistentVolumeClaim:
    claimName: {{ .Values.data.existingClaim }}
{{- end }}
{{- if .Values.restore.enabled }}
- name: restore-tmp
  emptyDir: {}
{{ include "neo4j-restore.storeVolumes" . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
The volumes with keys and certificates for the store. Only the pod's group can read them. They are optional: a pod whose
data is there needs none of them. The restore itself reports a missing file.
*/}}
{{- define "neo4j-restore.storeVolumes" -}}
{{- $restore := .Values.restore -}}
{{- with $restore.secretName }}
- name: restore-service-key
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    optional: true
    items:
      - key: {{ include "neo4j-restore.secretKey" $ }}
        path: {{ include "neo4j-restore.secretKey" $ }}
{{- end }}
{{- if include "neo4j-restore.hasCaBundle" . }}
- name: restore-certificates
  {{- if $restore.caBundle.configMapName }}
  configMap:
    name: {{ $restore.caBundle.configMapName }}
    optional: true
  {{- else }}
  secret:
    secretName: {{ $restore.caBundle.secretName }}
    defaultMode: 0440
    optional: true
  {{- end }}
    items:
      - key: {{ $restore.caBundle.key }}
        path: ca.crt
{{- end }}
{{- with $restore.encryptionKey.secretName }}
- name: restore-encryption-key
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    optional: true
    items:
      - key: {{ $restore.encryptionKey.key }}
        path: key
{{- end }}
{{- with $restore.ageIdentity.secretName }}
- name: restore-age-identity
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    optional: true
    items:
      - key: {{ $restore.ageIdentity.key }}
        path: identity
{{- end }}
{{- end -}}
