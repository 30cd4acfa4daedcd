{{/* A value as text. Numbers of a values file are floats, which would print as 8.64e+07. */}}
{{- define "oncegate.scalar" -}}
{{- if and (kindIs "float64" .) (eq (floor .) (float64 .)) }}
{{- printf "%.0f" . }}
{{- else }}
{{- toString . }}
{{- end }}
{{- end }}

{{/* A map as a properties file. */}}
{{- define "oncegate.properties" -}}
{{- range $key := keys . | sortAlpha }}
{{- $value := include "oncegate.scalar" (get $ $key) | replace "\\" "\\\\" | replace "\n" "\\n" | replace "\r" "\\r" }}
{{ regexReplaceAll "([\\\\:= #!])" $key "\\${1}" }}={{ $value }}
{{- end }}
{{- end }}

{{/* Where secrets are mounted, and where settings may read them. */}}
{{- define "oncegate.secretsFolder" -}}
/etc/oncegate/secrets
{{- end }}

{{- define "oncegate.fromSecret" -}}
${directory:{{ include "oncegate.secretsFolder" . }}/{{ .volume }}:{{ .key }}}
{{- end }}

{{/* ssl.… settings; takes (dict "prefix" … "truststore" … "keystore" … "volume" …). */}}
{{- define "oncegate.tls" -}}
{{- $folder := include "oncegate.secretsFolder" . }}
{{- $settings := dict }}
{{- with .truststore }}
{{- if .existingSecret }}
{{- $volume := printf "%s-truststore" $.volume }}
{{- $_ := set $settings "ssl.truststore.type" .type }}
{{- $_ := set $settings "ssl.truststore.location" (printf "%s/%s/%s" $folder $volume .key) }}
{{- if ne .type "PEM" }}
{{- $_ := set $settings "ssl.truststore.password" (include "oncegate.fromSecret" (dict "volume" $volume "key" .passwordKey)) }}
{{- end }}
{{- end }}
{{- end }}
{{- with .keystore }}
{{- if .existingSecret }}
{{- $volume := printf "%s-keystore" $.volume }}
{{- $_ := set $settings "ssl.keystore.type" .type }}
{{- if eq .type "PEM" }}
{{- $_ := set $settings "ssl.keystore.certificate.chain" (include "oncegate.fromSecret" (dict "volume" $volume "key" .certificateKey)) }}
{{- $_ := set $settings "ssl.keystore.key" (include "oncegate.fromSecret" (dict "volume" $volume "key" .privateKeyKey)) }}
{{- else }}
{{- $_ := set $settings "ssl.keystore.location" (printf "%s/%s/%s" $folder $volume .key) }}
{{- $_ := set $settings "ssl.keystore.password" (include "oncegate.fromSecret" (dict "volume" $volume "key" .passwordKey)) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $key, $value := $settings }}
{{ $.prefix }}{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* The secret and the key with the JAAS configuration: those given, or Strimzi's. */}}
{{- define "oncegate.saslSecret" -}}
{{- if .Values.kafka.sasl.existingSecret }}
{{- .Values.kafka.sasl.existingSecret }}
{{- else if .Values.strimzi.user.enabled }}
{{- include "oncegate.fullname" . }}
{{- else }}
{{- fail "kafka.sasl.existingSecret is needed: the secret with user and password" }}
{{- end }}
{{- end }}

{{- define "oncegate.jaasKey" -}}
{{- if .Values.kafka.sasl.jaasConfigKey }}
{{- .Values.kafka.sasl.jaasConfigKey }}
{{- else if and .Values.strimzi.user.enabled (not .Values.kafka.sasl.existingSecret) -}}
sasl.jaas.config
{{- end }}
{{- end }}

{{- define "oncegate.jaas" -}}
{{- $sasl := .Values.kafka.sasl }}
{{- $modules := dict "PLAIN" "plain.PlainLoginModule" "SCRAM-SHA-256" "scram.ScramLoginModule" "SCRAM-SHA-512" "scram.ScramLoginModule" }}
{{- if include "oncegate.jaasKey" . }}
{{- include "oncegate.fromSecret" (dict "volume" "kafka-sasl" "key" (include "oncegate.jaasKey" .)) }}
{{- else if not (hasKey $modules $sasl.mechanism) }}
{{- fail (printf "kafka.sasl.mechanism %s needs kafka.sasl.jaasConfigKey" $sasl.mechanism) }}
{{- else -}}
org.apache.kafka.common.security.{{ get $modules $sasl.mechanism }} required username="{{ include "oncegate.fromSecret" (dict "volume" "kafka-sasl" "key" $sasl.usernameKey) }}" password="{{ include "oncegate.fromSecret" (dict "volume" "kafka-sasl" "key" $sasl.passwordKey) }}";
{{- end }}
{{- end }}

{{/* The keystore for the brokers: the given one, or Strimzi's. */}}
{{- define "oncegate.kafkaKeystore" -}}
{{- $keystore := deepCopy .Values.kafka.tls.keystore }}
{{- if and (not $keystore.existingSecret) .Values.strimzi.user.enabled (eq .Values.strimzi.user.authentication "tls") }}
{{- $_ := set $keystore "existingSecret" (include "oncegate.fullname" .) }}
{{- end }}
{{- toYaml $keystore }}
{{- end }}

{{/* How brokers are reached, as YAML. */}}
{{- define "oncegate.kafka" -}}
{{- $kafka := .Values.kafka }}
bootstrap.servers: {{ required "kafka.bootstrapServers is needed: the brokers, as host:port, comma separated" $kafka.bootstrapServers | quote }}
{{- $protocols := dict "falsefalse" "PLAINTEXT" "truefalse" "SSL" "falsetrue" "SASL_PLAINTEXT" "truetrue" "SASL_SSL" }}
security.protocol: {{ get $protocols (printf "%t%t" $kafka.tls.enabled $kafka.sasl.enabled) }}
{{- if $kafka.tls.enabled }}
{{- include "oncegate.tls" (dict "prefix" "" "volume" "kafka" "truststore" $kafka.tls.truststore "keystore" (include "oncegate.kafkaKeystore" . | fromYaml)) }}
{{- if not $kafka.tls.verifyHostname }}
ssl.endpoint.identification.algorithm: ""
{{- end }}
{{- end }}
{{- if $kafka.sasl.enabled }}
sasl.mechanism: {{ $kafka.sasl.mechanism }}
sasl.jaas.config: {{ include "oncegate.jaas" . | quote }}
{{- end }}
{{- end }}

{{/* How the registry is reached, as YAML. */}}
{{- define "oncegate.registry" -}}
{{- $registry := .Values.schemaRegistry }}
schema.registry.url: {{ required "schemaRegistry.url is needed: the base URL of the registry's Confluent API" $registry.url | quote }}
{{- if ne $registry.auth.type "none" }}
{{- $_ := required "schemaRegistry.auth.existingSecret is needed: the secret with the credentials" $registry.auth.existingSecret }}
{{- end }}
{{- if eq $registry.auth.type "basic" }}
basic.auth.credentials.source: USER_INFO
basic.auth.user.info: "{{ include "oncegate.fromSecret" (dict "volume" "registry-auth" "key" $registry.auth.usernameKey) }}:{{ include "oncegate.fromSecret" (dict "volume" "registry-auth" "key" $registry.auth.passwordKey) }}"
{{- else if eq $registry.auth.type "bearer" }}
bearer.auth.credentials.source: STATIC_TOKEN
bearer.auth.token: {{ include "oncegate.fromSecret" (dict "volume" "registry-auth" "key" $registry.auth.tokenKey) | quote }}
{{- end }}
{{- include "oncegate.tls" (dict "prefix" "schema.registry." "volume" "registry" "truststore" $registry.truststore "keystore" $registry.keystore) }}
{{- end }}

{{/* The folders of the secrets that are mounted: Kafka refuses to start where one of them does not exist. */}}
{{- define "oncegate.allowedPaths" -}}
{{- $paths := list }}
{{- range $volume, $_ := include "oncegate.secrets" . | fromYaml }}
{{- $paths = append $paths (printf "%s/%s" (include "oncegate.secretsFolder" $) $volume) }}
{{- end }}
{{- with .Values.configAllowedPaths }}
{{- $paths = append $paths . }}
{{- end }}
{{- join "," $paths }}
{{- end }}

{{/* All settings of the gate but those that differ from pod to pod, which are environment variables. */}}
{{- define "oncegate.gateProperties" -}}
{{- $values := .Values }}
{{- if ge (int $values.standbyReplicas) (int (include "oncegate.fewest" .)) }}
{{- fail (printf "standbyReplicas is %d with as few as %s instances; at most one less, for a standby is never beside its active copy" (int $values.standbyReplicas) (include "oncegate.fewest" .)) }}
{{- end }}
{{- $settings := merge (include "oncegate.kafka" . | fromYaml) (include "oncegate.registry" . | fromYaml) }}
{{- $_ := set $settings "application.id" $values.applicationId }}
{{- with include "oncegate.allowedPaths" . }}
{{- $_ := set $settings "config.providers" "directory" }}
{{- $_ := set $settings "config.providers.directory.class" "org.apache.kafka.common.config.provider.DirectoryConfigProvider" }}
{{- $_ := set $settings "config.providers.directory.param.allowed.paths" . }}
{{- end }}
{{- $_ := set $settings "gate.ops.listener" (printf "0.0.0.0:%d" (int $values.ops.port)) }}
{{- $_ := set $settings "gate.rocksdb.memory.bytes" (include "oncegate.rocksdbBytes" .) }}
{{- $_ := set $settings "num.standby.replicas" $values.standbyReplicas }}
{{- $_ := set $settings "num.stream.threads" $values.threads }}
{{- $_ := set $settings "state.dir" "/var/lib/oncegate" }}
{{- if $values.zoneAwareStandbys }}
{{- $_ := set $settings "rack.aware.assignment.tags" "zone" }}
{{- end }}
{{- include "oncegate.properties" (mergeOverwrite $settings $values.config) | trim }}
{{- end }}

{{- define "oncegate.closeTimeoutMs" -}}
{{- include "oncegate.scalar" (dig "gate.close.timeout.ms" 30000 .Values.config) }}
{{- end }}

{{- define "oncegate.grace" -}}
{{- $closeSeconds := divf (float64 (include "oncegate.closeTimeoutMs" .)) 1000 | ceil | int }}
{{- $grace := int .Values.terminationGracePeriodSeconds }}
{{- if eq $grace 0 }}
{{- add $closeSeconds 30 }}
{{- else if le $grace $closeSeconds }}
{{- fail (printf "terminationGracePeriodSeconds is %d; it must be above gate.close.timeout.ms, which is %d s" $grace $closeSeconds) }}
{{- else }}
{{- $grace }}
{{- end }}
{{- end }}

{{/* The fewest instances there may be. */}}
{{- define "oncegate.fewest" -}}
{{- $scaling := .Values.autoscaling }}
{{- if and $scaling.keda.enabled $scaling.hpa.enabled }}
{{- fail "autoscaling.keda and autoscaling.hpa are both enabled; they would fight over the number of instances" }}
{{- end }}
{{- range list $scaling.keda $scaling.hpa }}
{{- if and .enabled (gt (int .maxReplicas) (int $.Values.topics.partitions)) }}
{{- fail (printf "maxReplicas is %d; more than topics.partitions, %d, would have nothing to do" (int .maxReplicas) (int $.Values.topics.partitions)) }}
{{- end }}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) }}
{{- fail (printf "minReplicas is %d; at most maxReplicas, %d" (int .minReplicas) (int .maxReplicas)) }}
{{- end }}
{{- end }}
{{- if $scaling.keda.enabled }}{{ int $scaling.keda.minReplicas }}
{{- else if $scaling.hpa.enabled }}{{ int $scaling.hpa.minReplicas }}
{{- else }}{{ int .Values.replicas }}
{{- end }}
{{- end }}

{{- define "oncegate.topicPrefix" -}}
{{- dig "gate.topic.prefix" "agent." .Values.config }}
{{- end }}
