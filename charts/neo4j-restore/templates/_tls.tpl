{{/* Encryption between Neo4j and others: certificates from Secrets. All helpers take the root context. */}}

{{/* The ports that clients connect to, a YAML list of names and numbers. */}}
{{- define "neo4j-restore.clientPorts" -}}
- name: bolt
  port: 7687
- name: http
  port: 7474
{{- if .Values.tls.https.secretName }}
- name: https
  port: 7473
{{- end }}
{{- end -}}

{{/* The settings, by their names since Neo4j 5. */}}
{{- define "neo4j-restore.tlsSettings" -}}
{{- range $policy, $tls := .Values.tls }}
{{- if $tls.secretName }}
dbms.ssl.policy.{{ $policy }}.enabled: "true"
dbms.ssl.policy.{{ $policy }}.base_directory: /tls/{{ $policy }}
dbms.ssl.policy.{{ $policy }}.private_key: tls.key
dbms.ssl.policy.{{ $policy }}.public_certificate: tls.crt
dbms.ssl.policy.{{ $policy }}.client_auth: {{ $tls.clientAuth }}
{{- if eq $policy "bolt" }}
server.bolt.tls_level: {{ $tls.level }}
{{- else if eq $policy "https" }}
server.https.enabled: "true"
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The mounts of Neo4j's container. */}}
{{- define "neo4j-restore.tlsMounts" -}}
{{- range $policy, $tls := .Values.tls }}
{{- if $tls.secretName }}
- name: tls-{{ $policy }}
  mountPath: /tls/{{ $policy }}
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{/* The volumes. Neo4j trusts what lies in the folder trusted. The Secret of a public CA has no ca.crt. */}}
{{- define "neo4j-restore.tlsVolumes" -}}
{{- range $policy, $tls := .Values.tls }}
{{- if $tls.secretName }}
- name: tls-{{ $policy }}
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ $tls.secretName }}
          items:
            - key: tls.crt
              path: tls.crt
            - key: tls.key
              path: tls.key
      - secret:
          name: {{ $tls.secretName }}
          optional: true
          items:
            - key: ca.crt
              path: trusted/ca.crt
{{- end }}
{{- end }}
{{- end -}}
