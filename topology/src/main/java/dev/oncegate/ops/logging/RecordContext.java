package dev.oncegate.ops.logging;

import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.gate.Observer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.logging.log4j.core.util.ContextDataProvider;
import org.jspecify.annotations.Nullable;

/**
 * Knows of which record the lines speak that a thread logs.
 *
 * <p>Only remembered for each record, and put into a map where a line is logged: few records have
 * any, and Log4j's own thread context would copy a map for each.
 */
public final class RecordContext implements Observer {
  /** The run of the record. */
  static final String RUN_ID = "run_id";

  /** What its author calls it. */
  static final String CORRELATION_ID = "correlation_id";

  /** Where its author wrote it: topic. */
  static final String TOPIC = "topic";

  /** Where its author wrote it: partition. */
  static final String PARTITION = "partition";

  /** Where its author wrote it: offset. */
  static final String OFFSET = "offset";

  /** Names may be as long as their author likes. */
  private static final int MAX_NAME = 255;

  private static final ThreadLocal<Current> CURRENT = ThreadLocal.withInitial(Current::new);

  private static final class Current {
    private @Nullable Coordinates at;
    private @Nullable String runId;
    private @Nullable String correlationId;
  }

  @Override
  public void begins(Coordinates at) {
    Current current = CURRENT.get();
    current.at = at;
    current.runId = null;
    current.correlationId = null;
  }

  @Override
  public void concerns(String runId, @Nullable String correlationId) {
    Current current = CURRENT.get();
    current.runId = runId;
    current.correlationId = correlationId;
  }

  @Override
  public void ends() {
    CURRENT.get().at = null;
  }

  /** Gives Log4j the fields of the record that the logging thread handles. */
  public static final class Fields implements ContextDataProvider {
    @Override
    public Map<String, String> supplyContextData() {
      Current current = CURRENT.get();
      Coordinates at = current.at;
      if (at == null) {
        return Map.of();
      }
      Map<String, String> fields = new LinkedHashMap<>();
      put(fields, RUN_ID, current.runId);
      put(fields, CORRELATION_ID, current.correlationId);
      fields.put(TOPIC, at.topic());
      fields.put(PARTITION, Integer.toString(at.partition()));
      fields.put(OFFSET, Long.toString(at.offset()));
      return fields;
    }

    private static void put(Map<String, String> fields, String name, @Nullable String text) {
      if (text != null) {
        fields.put(name, text.length() <= MAX_NAME ? text : text.substring(0, MAX_NAME));
      }
    }
  }
}
