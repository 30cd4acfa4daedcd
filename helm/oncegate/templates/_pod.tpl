{{/* The volumes with secrets, as YAML: name of the volume to name of the secret. */}}
{{- define "oncegate.secrets" -}}
{{- $kafka := .Values.kafka }}
{{- $registry := .Values.schemaRegistry }}
{{- if $kafka.tls.enabled }}
{{- with $kafka.tls.truststore.existingSecret }}
kafka-truststore: {{ . }}
{{- end }}
{{- with (include "oncegate.kafkaKeystore" . | fromYaml).existingSecret }}
kafka-keystore: {{ . }}
{{- end }}
{{- end }}
{{- if $kafka.sasl.enabled }}
kafka-sasl: {{ include "oncegate.saslSecret" . }}
{{- end }}
{{- if ne $registry.auth.type "none" }}
registry-auth: {{ $registry.auth.existingSecret }}
{{- end }}
{{- with $registry.truststore.existingSecret }}
registry-truststore: {{ . }}
{{- end }}
{{- with $registry.keystore.existingSecret }}
registry-keystore: {{ . }}
{{- end }}
{{- end }}

{{/* Volumes that everything that reads the gate's configuration needs; takes (dict "root" $ "configMap" …). */}}
{{- define "oncegate.volumes" -}}
- name: config
  configMap:
    name: {{ .configMap }}
- name: tmp
  emptyDir: {}
{{- range $volume, $secret := include "oncegate.secrets" .root | fromYaml }}
- name: {{ $volume }}
  secret:
    secretName: {{ $secret }}
    defaultMode: 0440
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "oncegate.volumeMounts" -}}
- name: config
  mountPath: /etc/oncegate/config
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- range $volume, $secret := include "oncegate.secrets" . | fromYaml }}
- name: {{ $volume }}
  mountPath: {{ include "oncegate.secretsFolder" $ }}/{{ $volume }}
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "oncegate.configFile" -}}
/etc/oncegate/config/gate.properties
{{- end }}

{{/* What all pods have in common. No service links: a service named oncegate would give the gate ONCEGATE_PORT and more
such variables, which it would take for settings. */}}
{{- define "oncegate.podCommons" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "oncegate.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Containers of the user's, with the chart's security context where they have none. */}}
{{- define "oncegate.extraContainers" -}}
{{- $containers := list }}
{{- range .containers }}
{{- $containers = append $containers (merge (dict) . (dict "securityContext" $.root.Values.securityContext)) }}
{{- end }}
{{- toYaml $containers }}
{{- end }}

{{/* A short run of the gate's program; takes (dict "root" $ "name" … "configMap" … "args" …). */}}
{{- define "oncegate.shortRun" -}}
{{- include "oncegate.podCommons" .root }}
serviceAccountName: {{ .account }}
restartPolicy: Never
{{- with include "oncegate.placement" .root.Values }}
{{ trim . }}
{{- end }}
containers:
  - name: {{ .name }}
    image: {{ include "oncegate.image" (dict "root" .root "image" .root.Values.image) | quote }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args:
      {{- toYaml .args | nindent 6 }}
    env:
      - name: JAVA_TOOL_OPTIONS
        value: {{ printf "-Xmx%sm -XX:+ExitOnOutOfMemoryError -XX:+UseSerialGC" (include "oncegate.partOfMemoryMiB" (dict "resources" .root.Values.topics.job.resources "percent" 50 "of" "topics.job.resources")) | quote }}
      {{- with .root.Values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- with .root.Values.extraEnvFrom }}
    envFrom:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- toYaml .root.Values.securityContext | nindent 6 }}
    resources:
      {{- toYaml .root.Values.topics.job.resources | nindent 6 }}
    volumeMounts:
      {{- include "oncegate.volumeMounts" .root | nindent 6 }}
volumes:
  {{- include "oncegate.volumes" (dict "root" .root "configMap" .configMap) | nindent 2 }}
{{- end }}
