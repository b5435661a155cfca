{{/* Problems with the volumes of the pod and their mounts, which Kubernetes would report by an index. */}}

{{/* All problems, as a YAML list. Takes the root context. */}}
{{- define "neo4j-restore.validate.mounts" -}}
{{- $problems := list -}}
{{- $all := include "neo4j-restore.volumes" . | fromYamlArray -}}
{{- $names := list "data" -}}
{{- range slice $all 0 (sub (len $all) (len .Values.extraVolumes) | int) }}{{ $names = append $names .name }}{{ end -}}
{{- range .Values.extraVolumes -}}
{{- $name := .name | default "" | toString -}}
{{- if has $name $names -}}
{{- $problems = append $problems (printf "extraVolumes has %q, which is the name of another volume of the pod: give it another name" $name) -}}
{{- end -}}
{{- $names = append $names $name -}}
{{- end -}}
{{- $neo4j := include "neo4j-restore.neo4j" . | fromYaml -}}
{{- $checked := list (dict "key" "extraVolumeMounts" "mounts" $neo4j.volumeMounts) -}}
{{- if .Values.restore.enabled -}}
{{- $restore := include "neo4j-restore.container" . | fromYaml -}}
{{- $checked = append $checked (dict "key" "restore.extraVolumeMounts" "mounts" $restore.volumeMounts) -}}
{{- end -}}
{{- range $checked -}}
{{- $problems = concat $problems (include "neo4j-restore.validate.paths" (merge (dict "names" $names) .) | fromYamlArray) -}}
{{- end -}}
{{- $problems | toYaml -}}
{{- end -}}

{{/* Problems with the mounts of one container. Takes (dict "mounts" them, "key" of the values, "names" of the volumes). */}}
{{- define "neo4j-restore.validate.paths" -}}
{{- $problems := list -}}
{{- $seen := dict -}}
{{- $key := .key -}}
{{- $names := .names -}}
{{- range .mounts -}}
{{- $path := trimSuffix "/" .mountPath -}}
{{- with get $seen $path -}}
{{- $problems = append $problems (printf "%s mounts at %s, where the volume %q is mounted: choose another path" $key $path .) -}}
{{- end -}}
{{- $_ := set $seen $path .name -}}
{{- if not (has .name $names) -}}
{{- $problems = append $problems (printf "%s mounts the volume %q, which is not in extraVolumes: add it, or correct the name" $key .name) -}}
{{- end -}}
{{- end -}}
{{- $problems | toYaml -}}
{{- end -}}
