package dev.oncegate.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.core.intake.Scope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * What the state of a gate is built on, and what cannot change while it stands: each of these says
 * where a known action lies, so that with another value every key would be looked for elsewhere,
 * not be found, and fire again.
 *
 * @param partitions of the sources
 * @param dedupWindowMs in milliseconds; also the length of the buckets of the actions' store
 */
record Foundation(int partitions, Scope scope, long dedupWindowMs) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORM = 1;
  private static final String FORM_FIELD = "form";
  private static final String PARTITIONS_FIELD = "partitions";
  private static final String SCOPE_FIELD = "scope";
  private static final String DEDUP_WINDOW_FIELD = "dedup_window_ms";

  /** Where a foundation is kept once it is laid. */
  interface Ground {
    /** The foundation that was laid; empty where none was. */
    Optional<Foundation> read();

    /**
     * Lays a foundation where there is none. Of several gates that do so at the same time, one lays
     * its own.
     *
     * @return the one that lies there from now on
     */
    Foundation lay(Foundation wanted);
  }

  /** What a configuration needs. */
  static Foundation of(GateConfig config, int partitions) {
    return new Foundation(partitions, config.scope(), config.getLong(GateKeys.DEDUP_WINDOW_MS));
  }

  /**
   * What differs from this foundation, a sentence or two each with what to do, and at the end how
   * to begin anew; empty where nothing does.
   */
  List<String> changesTo(Foundation now, Topics topics) {
    List<String> changes = new ArrayList<>();
    if (now.partitions != partitions) {
      changes.add(
          "Topic %s has %d partitions, but the state of this gate was laid down with %d: its records would lie in other partitions than what is known of their keys, and known keys could fire again. Make commands, outcomes, controls and %s again with %d partitions (what lies in them is lost, what is known of keys is not)."
              .formatted(
                  topics.commands(), now.partitions, partitions, topics.reroute(), partitions));
    }
    if (now.scope != scope) {
      changes.add(
          changed(
              GateKeys.SCOPE,
              word(now.scope),
              word(scope),
              "known keys would be looked for in another scope"));
    }
    if (now.dedupWindowMs != dedupWindowMs) {
      changes.add(
          changed(
              GateKeys.DEDUP_WINDOW_MS,
              now.dedupWindowMs,
              dedupWindowMs,
              "known keys would be looked for in other buckets (and no longer window brings back what a shorter one forgot)"));
    }
    if (!changes.isEmpty()) {
      changes.add(
          "Or begin anew: start a second gate under another application.id and another gate.topic.prefix, send new runs there (a run belongs to one gate), and end this one when its runs have ended and its dedup window of %d ms has passed."
              .formatted(dedupWindowMs));
    }
    return changes;
  }

  private static String changed(String setting, Object now, Object laidDown, String because) {
    return "%s is %s, but the state of this gate was laid down with %s: %s, and they could fire again. Set %s=%s."
        .formatted(setting, now, laidDown, because, setting, laidDown);
  }

  private static String word(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }

  byte[] toBytes() {
    return JSON.createObjectNode()
        .put(FORM_FIELD, FORM)
        .put(PARTITIONS_FIELD, partitions)
        .put(SCOPE_FIELD, word(scope))
        .put(DEDUP_WINDOW_FIELD, dedupWindowMs)
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws KafkaException where it is something else
   */
  static Foundation fromBytes(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      JsonNode json = JSON.readTree(text);
      if (json.path(FORM_FIELD).asInt() > FORM) {
        throw new KafkaException(
            "The state of this gate was laid down by a later version (%s); this version reads form %d. Run a version at least as new as the one that wrote it."
                .formatted(text, FORM));
      }
      return new Foundation(
          json.required(PARTITIONS_FIELD).asInt(),
          Scope.valueOf(json.required(SCOPE_FIELD).asText().toUpperCase(Locale.ROOT)),
          json.required(DEDUP_WINDOW_FIELD).asLong());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw unreadable(text, e);
    }
  }

  private static KafkaException unreadable(String text, Exception cause) {
    return new KafkaException(
        "What the state of this gate was laid down with cannot be read: '%s'. Nobody but the gate may write that topic."
            .formatted(text),
        cause);
  }
}
