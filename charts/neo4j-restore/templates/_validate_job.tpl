{{/* Problems with `restore.mode: job`, or with its values in another mode. Takes the root context. */}}
{{- define "neo4j-restore.validate.job" -}}
{{- $into := .Values.restore.into }}
{{- if include "neo4j-restore.installsNeo4j" . }}
{{- with $into }}
- restore.into names {{ join ", " . }}, but restore.mode is init, which restores into the volume of this release: set
  restore.mode: job, or clear restore.into
{{- end }}
{{- if .Values.job.createClaims }}
- job.createClaims has no effect with restore.mode init: clear it, or set restore.mode: job
{{- end }}
{{- else }}
{{- $set := lookup "apps/v1" "StatefulSet" .Release.Namespace (include "neo4j-restore.fullname" .) | default dict }}
{{- if eq (dig "metadata" "annotations" "meta.helm.sh/release-name" "" $set) .Release.Name }}
- restore.mode job would delete the StatefulSet {{ $set.metadata.name }} of this release: scale it to zero, and install
  the Job as a release of its own
{{- end }}
{{- if not .Values.restore.enabled }}
- restore.mode job has nothing to do with restore.enabled false: enable the restore, or uninstall the release
{{- end }}
{{- if not $into }}
- restore.into is empty: name the claims to restore into, such as [data-prod-0]. To see them:
  kubectl get persistentvolumeclaims
{{- end }}
{{- if ne (len $into) (len (uniq $into)) }}
- restore.into names a claim twice in {{ join ", " $into }}: write each name once
{{- end }}
{{- if and (gt (len $into) 1) (has .Values.restore.timestamp (list "" "latest")) }}
- restore.into names {{ len $into }} claims, and restore.timestamp is latest: each Job would look for the latest set by
  itself, and they may differ. Set restore.timestamp to one set
{{- end }}
{{- if or .Values.data.emptyDir .Values.data.existingClaim }}
- data.emptyDir and data.existingClaim have no effect with restore.mode job: clear them, and name the claim in
  restore.into
{{- end }}
{{- if .Values.finalize.enabled }}
- finalize.enabled needs the Neo4j of this release, and restore.mode job installs none: set finalize.enabled: false
{{- end }}
{{- end }}
{{- end -}}
