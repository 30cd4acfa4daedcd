{{/* The topics as YAML: short name to what is particular to it. As 'oncegate topics create' makes them. */}}
{{- define "oncegate.topics" -}}
{{- $args := int64 (include "oncegate.scalar" (dig "gate.args.max.bytes" 262144 .Values.config)) }}
{{- $result := int64 (include "oncegate.scalar" (dig "gate.result.max.bytes" 32768 .Values.config)) }}
{{- $payload := max 1048588 (add (max (mul 2 $args) (add $args $result)) 65536) }}
{{- $prefix := include "oncegate.topicPrefix" . }}
{{- $topics := dict }}
{{- range list "commands" "outcomes" "controls" "effects" "results" "conflicts" "run-counts" "circuits" "escalations" "executions" "dead-letters" "reroute" "foundation" }}
{{- $own := has . (list "reroute" "foundation") }}
{{- $carriesWhatCame := has . (list "dead-letters" "reroute") }}
{{- $config := dict "cleanup.policy" (ternary "compact" "delete" (has . (list "circuits" "foundation"))) }}
{{- $_ := set $config "max.message.bytes" (ternary (add $payload 65536) $payload $carriesWhatCame) }}
{{- $name := ternary (printf "%s-%s" $.Values.applicationId .) (printf "%s%s" $prefix .) $own }}
{{- $_ := set $topics . (dict "name" $name "partitions" (ternary 1 (int $.Values.topics.partitions) (eq . "foundation")) "config" $config) }}
{{- end }}
{{- toYaml $topics }}
{{- end }}
