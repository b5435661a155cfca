{{/* The store of the backup: its scheme, and the keys and certificates for it. All helpers take the root context. */}}

{{/* The scheme of restore.bucket: gs, s3, azb or file. A bucket without one has that of its cloud, or else gs. */}}
{{- define "neo4j-restore.scheme" -}}
{{- $bucket := .Values.restore.bucket -}}
{{- $scheme := get (dict "aws" "s3" "azure" "azb") .Values.restore.cloudProvider -}}
{{- range list "s3" "azb" "file" -}}
{{- if hasPrefix (printf "%s://" .) $bucket }}{{ $scheme = . }}{{ end -}}
{{- end -}}
{{- default "gs" $scheme -}}
{{- end -}}

{{/* The name of the variable for the key file. */}}
{{- define "neo4j-restore.keyVariable" -}}
{{- $own := has (include "neo4j-restore.scheme" .) (list "s3" "azb") -}}
{{- ternary "CREDENTIALS_FILE" "GOOGLE_APPLICATION_CREDENTIALS" $own -}}
{{- end -}}

{{/* The name of the key in its secret, and of its file. */}}
{{- define "neo4j-restore.secretKey" -}}
{{- $own := has (include "neo4j-restore.scheme" .) (list "s3" "azb") -}}
{{- default (ternary "credentials" "credentials.json" $own) .Values.restore.secretKey -}}
{{- end -}}

{{/* "true" if CA certificates for the store are set. Empty otherwise. */}}
{{- define "neo4j-restore.hasCaBundle" -}}
{{- if or .Values.restore.caBundle.configMapName .Values.restore.caBundle.secretName }}true{{ end -}}
{{- end -}}

{{/*
The files with keys and certificates that the values name, a YAML list. Each has its volume, where that is mounted, the
kind, name and key of its object, its path there, and the file that an operator would make the object from.
*/}}
{{- define "neo4j-restore.storeFiles" -}}
{{- $restore := .Values.restore -}}
{{- $key := include "neo4j-restore.secretKey" . -}}
{{- $given := get (dict "s3" "AWS-CREDENTIALS" "azb" "AZURE-CREDENTIALS") (include "neo4j-restore.scheme" .) -}}
{{- $bundle := $restore.caBundle -}}
{{- $files := list
  (dict "volume" "restore-service-key" "mountPath" "/auth" "kind" "secret"
    "name" $restore.secretName "key" $key "path" $key "file" (default "KEY.json" $given))
  (dict "volume" "restore-certificates" "mountPath" "/certificates"
    "kind" (ternary "configmap" "secret" (ne $bundle.configMapName ""))
    "name" (default $bundle.secretName $bundle.configMapName) "key" $bundle.key "path" "ca.crt" "file" "CA.pem")
  (dict "volume" "restore-encryption-key" "mountPath" "/encryption" "kind" "secret"
    "name" $restore.encryptionKey.secretName "key" $restore.encryptionKey.key "path" "key" "file" "ENCRYPTION-KEY")
  (dict "volume" "restore-age-identity" "mountPath" "/age" "kind" "secret"
    "name" $restore.ageIdentity.secretName "key" $restore.ageIdentity.key "path" "identity" "file" "AGE-IDENTITY")
-}}
{{- $named := list -}}
{{- range $files }}{{ if .name }}{{ $named = append $named . }}{{ end }}{{ end -}}
{{- $named | toYaml -}}
{{- end -}}

{{/* The mounts of these files. */}}
{{- define "neo4j-restore.storeMounts" -}}
{{- range include "neo4j-restore.storeFiles" . | fromYamlArray }}
- name: {{ .volume }}
  mountPath: {{ .mountPath }}
  readOnly: true
{{- end }}
{{- end -}}

{{/*
The volumes of these files. Only the pod's group can read them. They are optional: a pod whose data is there needs none
of them. The restore itself reports a missing file.
*/}}
{{- define "neo4j-restore.storeVolumes" -}}
{{- range include "neo4j-restore.storeFiles" . | fromYamlArray }}
- name: {{ .volume }}
  {{- if eq .kind "configmap" }}
  configMap:
    name: {{ .name }}
    optional: true
  {{- else }}
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    optional: true
  {{- end }}
    items:
      - key: {{ .key }}
        path: {{ .path }}
{{- end }}
{{- end -}}
