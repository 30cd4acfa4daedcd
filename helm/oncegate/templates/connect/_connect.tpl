{{- define "oncegate.connectName" -}}
{{- printf "%s-connect" (include "oncegate.fullname" .) }}
{{- end }}

{{/* The worker's settings: how it reaches the brokers itself, and so do the clients of its connectors. */}}
{{- define "oncegate.workerProperties" -}}
{{- $connect := .Values.connect }}
{{- $kafka := include "oncegate.kafka" . | fromYaml }}
{{- $settings := deepCopy $kafka }}
{{- range $key, $value := omit $kafka "bootstrap.servers" }}
{{- range list "producer" "consumer" "admin" }}
{{- $_ := set $settings (printf "%s.%s" . $key) $value }}
{{- end }}
{{- end }}
{{- range list "config" "offset" "status" }}
{{- $_ := set $settings (printf "%s.storage.topic" .) (printf "%s-%s" $connect.groupId .) }}
{{- $_ := set $settings (printf "%s.storage.replication.factor" .) $connect.replicationFactor }}
{{- end }}
{{- $own := dict
  "group.id" $connect.groupId
  "listeners" (printf "http://0.0.0.0:%d" (int $connect.port))
  "rest.advertised.host.name" "${env:POD_IP}"
  "rest.advertised.port" $connect.port
  "plugin.path" $connect.pluginPath
  "plugin.discovery" "service_load"
  "key.converter" "org.apache.kafka.connect.storage.StringConverter"
  "value.converter" "org.apache.kafka.connect.converters.ByteArrayConverter"
  "consumer.isolation.level" "read_committed"
  "connector.client.config.override.policy" "All"
  "exactly.once.source.support" "enabled"
  "config.providers" "env,directory"
  "config.providers.env.class" "org.apache.kafka.common.config.provider.EnvVarConfigProvider"
  "config.providers.directory.class" "org.apache.kafka.common.config.provider.DirectoryConfigProvider"
}}
{{- include "oncegate.properties" (mergeOverwrite $settings $own $connect.config) | trim }}
{{- end }}
