{{/* Problems with the volumes of the pod and their mounts, which Kubernetes would report by an index. */}}

{{/* All of them. Takes the root context. */}}
{{- define "neo4j-restore.validate.mounts" -}}
{{- $all := include "neo4j-restore.volumes" . | fromYamlArray -}}
{{- $names := list "data" -}}
{{- range slice $all 0 (sub (len $all) (len .Values.extraVolumes) | int) }}{{ $names = append $names .name }}{{ end -}}
{{- $finalizes := list "tmp" "login" "bolt-certificates" -}}
{{- $both := and .Values.finalize.enabled (or .Values.finalize.extraVolumeMounts .Values.finalize.initContainers) -}}
{{- range .Values.extraVolumes -}}
{{- $name := .name | default "" | toString -}}
{{- if or (has $name $names) (and $both (has $name $finalizes)) }}
- extraVolumes has {{ quote $name }}, which is the name of another volume of the pod: give it another name
{{- end }}
{{- $names = append $names $name }}
{{- end }}
{{- $neo4j := include "neo4j-restore.neo4j" . | fromYaml }}
{{- $checked := list (dict "key" "extraVolumeMounts" "mounts" $neo4j.volumeMounts) }}
{{- if .Values.restore.enabled }}
{{- $restore := include "neo4j-restore.container" (dict "root" .) | fromYaml }}
{{- $checked = append $checked (dict "key" "restore.extraVolumeMounts" "mounts" $restore.volumeMounts) }}
{{- end }}
{{- if .Values.finalize.enabled }}
{{- $finalize := include "neo4j-restore.finalizeContainer" . | fromYaml }}
{{- $checked = append $checked (dict "key" "finalize.extraVolumeMounts" "mounts" $finalize.volumeMounts
  "names" (concat $names $finalizes)) }}
{{- end }}
{{- range $checked }}
{{- include "neo4j-restore.validate.paths" (merge . (dict "names" $names)) }}
{{- end }}
{{- end -}}

{{/* Those of one container. Takes (dict "mounts" them, "key" of the values, "names" of the volumes). */}}
{{- define "neo4j-restore.validate.paths" -}}
{{- $seen := dict -}}
{{- $key := .key -}}
{{- $names := .names -}}
{{- range .mounts -}}
{{- $path := trimSuffix "/" .mountPath -}}
{{- with get $seen $path }}
- {{ $key }} mounts at {{ $path }}, where the volume {{ quote . }} is mounted: choose another path
{{- end }}
{{- $_ := set $seen $path .name }}
{{- if not (has .name $names) }}
- {{ $key }} mounts the volume {{ quote .name }}, which is not in extraVolumes: add it, or correct the name
{{- end }}
{{- end }}
{{- end -}}
