{{/* NOTES.txt of `restore.mode: job`. Takes the root context. */}}
{{- define "neo4j-restore.notes.job" -}}
{{- $kubectl := printf "kubectl --namespace %s" .Release.Namespace -}}
{{- $helm := printf "helm --namespace %s" .Release.Namespace -}}
{{- $restore := .Values.restore -}}
{{- $jobs := list -}}
{{- range $restore.into -}}
{{- $jobs = append $jobs (include "neo4j-restore.job.name" (dict "root" $ "claim" .)) -}}
{{- end -}}
{{- if eq $restore.command "rollback" -}}
A Job puts back the data that the last restore replaced, in each of the claims {{ join ", " $restore.into }}.
{{- else -}}
{{- $databases := regexReplaceAll "([^,= ]+) *= *([^,= ]+)" $restore.database "${1} (the set of ${2})" -}}
{{- $set := default "latest" $restore.timestamp -}}
A Job restores {{ $databases }} from {{ $restore.bucket }}, set: {{ $set }}.
{{- if eq (toString $restore.forceOverwrite) "false" }}
A database that is already in a claim is left alone.
{{- end }}
{{- end }}
This release installs no Neo4j.
{{ range $index, $claim := $restore.into }}
  claim {{ $claim }}: job/{{ index $jobs $index }}
{{- end }}

The Job refuses a claim whose Neo4j still runs. To stop that first, and to see who uses the claim:
  {{ $kubectl }} scale statefulset NAME --replicas=0
  {{ $kubectl }} describe persistentvolumeclaim {{ first $restore.into }}
{{- if not .Values.job.createClaims }}
If a pod stays Pending, its claim may be missing. With job.createClaims this release creates it.
{{- end }}

Watch it:
  {{ $kubectl }} logs job/{{ first $jobs }} -f
Wait for its end, good or bad:
  {{ $kubectl }} wait job/{{ first $jobs }} --for=jsonpath='{.status.conditions}' --timeout=6h
  {{ $kubectl }} get jobs --selector=app.kubernetes.io/instance={{ .Release.Name }}

COMPLETE 1/1: the data is in the claim. Now install Neo4j so that it uses the claim, or scale it up again:
  {{ $kubectl }} scale statefulset NAME --replicas=1
FAILED: the log says what failed and what to do. The data that was in the claim before is unchanged, unless the log says
that it was deleted for room. Correct the values, and run helm upgrade. To try again with the same values, delete the
Job first:
  {{ $kubectl }} delete job/{{ first $jobs }}
  {{ $helm }} upgrade {{ .Release.Name }} CHART --reuse-values
{{- with include "neo4j-restore.files" . | fromYamlArray }}
If it says that a file does not exist:
{{- range . }}
  {{ $kubectl }} create {{ ternary "secret generic" "configmap" (eq .kind "secret") }} {{ .name -}}
  {{- printf " --from-file=%s=%s" .key .file }}
{{- end }}
{{- end }}

Neo4j's pod needs nothing of this release. When you no longer need its log, uninstall it. The claims stay:
  {{ $helm }} uninstall {{ .Release.Name }}
{{- end -}}
