{{/* A Kubernetes quantity of memory in bytes. */}}
{{- define "oncegate.bytes" -}}
{{- $quantity := include "oncegate.scalar" . }}
{{- $number := regexFind "^[0-9]+([.][0-9]+)?" $quantity }}
{{- $factors := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 }}
{{- $unit := trimPrefix $number $quantity }}
{{- if not (hasKey $factors $unit) }}
{{- fail (printf "%s is no quantity of memory; 2Gi and 512Mi are" $quantity) }}
{{- end }}
{{- mulf (float64 $number) (float64 (get $factors $unit)) | printf "%.0f" }}
{{- end }}

{{/* A part of resources.limits.memory in whole MiB; takes (dict "resources" … "percent" … "of" "resources"). */}}
{{- define "oncegate.partOfMemoryMiB" -}}
{{- $limit := dig "limits" "memory" "" .resources }}
{{- if not $limit }}
{{- fail (printf "%s.limits.memory is needed: heap and buffers are derived from it" .of) }}
{{- end }}
{{- divf (mulf (float64 (include "oncegate.bytes" $limit)) (float64 .percent)) 100 1048576 | floor | printf "%.0f" }}
{{- end }}

{{- define "oncegate.heapMiB" -}}
{{- $memory := .Values.memory }}
{{- if gt (add (int $memory.heapPercent) (int $memory.rocksdbPercent)) 85 }}
{{- fail (printf "memory.heapPercent and memory.rocksdbPercent are %d and %d; together at most 85, the rest is for Java itself" (int $memory.heapPercent) (int $memory.rocksdbPercent)) }}
{{- end }}
{{- include "oncegate.partOfMemoryMiB" (dict "resources" .Values.resources "percent" $memory.heapPercent "of" "resources") }}
{{- end }}

{{- define "oncegate.rocksdbBytes" -}}
{{- mul 1048576 (int64 (include "oncegate.partOfMemoryMiB" (dict "resources" .Values.resources "percent" .Values.memory.rocksdbPercent "of" "resources"))) }}
{{- end }}
