package dev.oncegate.ops.logging;

import dev.oncegate.core.intake.Intent;
import dev.oncegate.gate.Observer;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.message.StringMapMessage;
import org.jspecify.annotations.Nullable;

/**
 * A line for each decision, by the logger {@value #LOGGER}. Of what the agent wants it shows only a
 * hash, unless it is told to show the arguments; the idempotency key goes with them, for agents
 * make keys of names and numbers too.
 */
public final class DecisionLog implements Observer {
  /** The logger's name. */
  public static final String LOGGER = "dev.oncegate.decisions";

  /** No line. */
  public static final String OFF = "off";

  /** A line with the hash of the arguments. */
  public static final String HASHES = "hashes";

  /** A line with the arguments and the key themselves. */
  public static final String ARGUMENTS = "arguments";

  private static final Logger LOG = LogManager.getLogger(LOGGER);

  private final boolean showsArguments;

  private DecisionLog(boolean showsArguments) {
    this.showsArguments = showsArguments;
  }

  /**
   * The log, where one is wanted.
   *
   * @param shown {@link #OFF}, {@link #HASHES} or {@link #ARGUMENTS}
   */
  public static Optional<Observer> of(String shown) {
    return shown.equals(OFF)
        ? Optional.empty()
        : Optional.of(new DecisionLog(shown.equals(ARGUMENTS)));
  }

  @Override
  public void decided(
      ActionCommand command, @Nullable Intent intent, ActionResult result, Headers carried) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    StringMapMessage line = new StringMapMessage();
    line.put("decision", result.getDecision().name());
    line.put("reason", result.getReason());
    line.put("run_seq", Long.toString(result.getRunSeq()));
    put(line, "tool", result.getTool());
    put(line, "attempt", result.getEffectAttempt());
    put(line, "args_hash", intent == null ? null : intent.argsHash());
    if (showsArguments) {
      put(line, "idempotency_key", result.getIdempotencyKey());
      put(line, "args", command.getArgs());
    }
    LOG.info(line);
  }

  private static void put(StringMapMessage line, String name, @Nullable Object value) {
    if (value != null) {
      line.put(name, value.toString());
    }
  }
}
