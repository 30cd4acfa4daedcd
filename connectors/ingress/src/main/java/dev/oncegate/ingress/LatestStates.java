package dev.oncegate.ingress;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.StoredOutcome;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the actions stand of which this instance has seen a result, within a bound of memory: those
 * not touched for longest are forgotten. Not the truth, which lies in the gate, but good enough to
 * poll an action that was sent not long ago.
 */
final class LatestStates {
  private static final float LOAD_FACTOR = 0.75f;

  /** Measured on records with short names, and rounded up. */
  private static final int RECORD_BYTES = 1_500;

  private final long maxBytes;
  private final Map<Id, ActionState> states = new LinkedHashMap<>(1_024, LOAD_FACTOR, true);
  private long bytes;

  private record Id(String scope, String key) {}

  LatestStates(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes the next result of the topic, in its order. */
  synchronized void accept(ActionResult result) {
    String key = result.getIdempotencyKey();
    ActionState state = ActionState.after(result);
    if (key == null || state == null) {
      return;
    }
    ActionState before = states.put(new Id(result.getScope(), key), state);
    bytes += bytesOf(state) - (before == null ? 0 : bytesOf(before));
    Iterator<ActionState> eldest = states.values().iterator();
    while (bytes > maxBytes && states.size() > 1) {
      bytes -= bytesOf(eldest.next());
      eldest.remove();
    }
  }

  /** About how many actions there is room for at most. */
  long capacity() {
    return maxBytes / RECORD_BYTES;
  }

  /** Forgets all. */
  synchronized void clear() {
    states.clear();
    bytes = 0;
  }

  /** How an action stands; null where it is not known here. */
  synchronized @Nullable ActionState find(String scope, String key) {
    return states.get(new Id(scope, key));
  }

  private static long bytesOf(ActionState state) {
    StoredOutcome outcome = state.last().getStoredOutcome();
    return RECORD_BYTES
        + 2L * lengthOf(state.last().getPreview())
        + (outcome == null
            ? 0
            : 2L * (lengthOf(outcome.getResult()) + lengthOf(outcome.getErrorMessage())));
  }

  private static int lengthOf(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
