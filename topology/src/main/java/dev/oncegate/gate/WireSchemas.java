package dev.oncegate.gate;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.serde.AvroSerdes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;

/** Which schema lies on which topic. */
public final class WireSchemas {
  private WireSchemas() {}

  /** The schema of each public topic's values; dead letters have none of their own. */
  public static Map<String, Schema> byTopic(Topics topics) {
    Map<String, Schema> schemas = new LinkedHashMap<>();
    schemas.put(topics.commands(), ActionCommand.getClassSchema());
    schemas.put(topics.outcomes(), ActionOutcome.getClassSchema());
    schemas.put(topics.controls(), ControlCommand.getClassSchema());
    schemas.put(topics.effects(), ActionEffect.getClassSchema());
    schemas.put(topics.results(), ActionResult.getClassSchema());
    schemas.put(topics.conflicts(), ConflictEvent.getClassSchema());
    schemas.put(topics.runCounts(), RunCallCounts.getClassSchema());
    schemas.put(topics.circuits(), CircuitEvent.getClassSchema());
    schemas.put(topics.escalations(), Escalation.getClassSchema());
    return schemas;
  }

  /**
   * Resolves all ids before the first record, waiting for the registry: where it fails later that
   * stops nothing.
   */
  static void prepare(AvroSerdes serdes, Topics topics) throws InterruptedException {
    for (Map.Entry<String, Schema> value : byTopic(topics).entrySet()) {
      serdes.prepare(value.getKey(), value.getValue());
    }
  }
}
