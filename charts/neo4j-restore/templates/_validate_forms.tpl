{{/*
What single values must look like. The schema leaves these to the template, because Helm would only show the pattern.
Each has its key, its pattern, and what to write. A key that can hold a password is named without its value. Takes the
root context.
*/}}
{{- define "neo4j-restore.validate.forms" -}}
{{- $forms := list
  (dict "key" "restore.bucket" "secret" true
    "pattern" (print
      `^([a-z0-9]+://(/[^\x00-\x1f?]*|[^/\x00-\x1f?@]+(/[^\x00-\x1f?]*)?)|([A-Za-z0-9][A-Za-z0-9._-]{1,253}`
      `[A-Za-z0-9]|arn:aws[a-z-]*:s3:[a-z0-9-]+:[0-9]{12}:accesspoint/[a-z0-9-]+)(/[^\x00-\x1f?]*)?)?$`)
    "expected" (print
      `a location of backup sets: write gs://bucket/path, s3://bucket/path, azb://account/container/path or`
      ` file:///path, without user, key and query`))
  (dict "key" "restore.database"
    "pattern" (print
      `^( *[A-Za-z][A-Za-z0-9.-]{2,62} *(= *[A-Za-z][A-Za-z0-9.-]{2,62} *)?(, *[A-Za-z][A-Za-z0-9.-]{2,62} `
      `*(= *[A-Za-z][A-Za-z0-9.-]{2,62} *)?)*)?$`)
    "expected" (print
      `a list of databases: write names of 3 to 63 letters, digits, dots and dashes, such as neo4j,system o`
      `r staging=neo4j`))
  (dict "key" "restore.timestamp"
    "pattern" `^([A-Za-z0-9][A-Za-z0-9:_.+ -]{0,99})?$`
    "expected" `a set: write latest, the stamp in an object's name, or a time such as 2026-01-31T02:00:00Z`)
  (dict "key" "restore.restoreUntil"
    "pattern" `^([1-9][0-9]{0,18}|[0-9]{4}-[0-9TtZz:+ -]+)?$`
    "expected" `a point in a chain: write a transaction id in quotes, or a time such as 2026-01-31T02:30:00Z`)
  (dict "key" "restore.restoreId"
    "pattern" `^([A-Za-z0-9][A-Za-z0-9:._+-]{0,99})?$`
    "expected" `a name of a request: write up to 100 letters, digits and :._+-, such as incident-4711`)
  (dict "key" "restore.endpointUrl" "secret" true
    "pattern" `^(https?://[^\s@]+)?$`
    "expected" `the address of a store: write it without a user, such as https://minio.example.org:9000`)
  (dict "key" "restore.heapSize"
    "pattern" `^([1-9][0-9]*[kKmMgG])?$`
    "expected" `a heap size of Java: write it as 512m or 2g`)
  (dict "key" "restore.region"
    "pattern" `^([a-z0-9][a-z0-9-]{0,62})?$`
    "expected" `a region: write it in lower case, such as eu-central-1`)
  (dict "key" "restore.image.repository"
    "pattern" `^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9][a-z0-9._/-]*$`
    "expected" `a repository of images: write it without tag and scheme, such as registry.example.org/neo4j-restore`)
  (dict "key" "image.repository"
    "pattern" `^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9][a-z0-9._/-]*$`
    "expected" `a repository of images: write it without tag and scheme, such as registry.example.org/neo4j`)
  (dict "key" "data.size"
    "pattern" `^[0-9]+(\.[0-9]+)?([KMGTPE]i|[kMGTPE])?$`
    "expected" `an amount of storage: write it as 500Gi`)
  (dict "key" "data.subPath"
    "pattern" `^([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$`
    "expected" `a folder in the volume: write it without a slash at its ends and without .., such as data`)
  (dict "key" "finalize.boltUri" "secret" true
    "pattern" `^((bolt|neo4j)([+]s|[+]ssc)?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?)?$`
    "expected" (print
      `the address of a server: write it without a user, such as bolt://graph:7687 or neo4j+s://graph.examp`
      `le.org:7687`))
-}}
{{- range $forms }}
{{- $value := $.Values }}
{{- range splitList "." .key }}{{ $value = get $value . }}{{ end }}
{{- if not (regexMatch .pattern $value) }}
- {{ .key }}{{ if not .secret }} {{ quote $value }}{{ end }} is not {{ .expected }}
{{- end }}
{{- end }}
{{- end -}}
