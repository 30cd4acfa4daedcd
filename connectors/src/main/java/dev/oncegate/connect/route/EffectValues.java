package dev.oncegate.connect.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.oncegate.schema.ActionEffect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a template may name: {@code args}, a value within them such as {@code args.to.name} or
 * {@code args.items.0}, and the effect's own fields.
 */
public final class EffectValues {
  /** The names that stand for fields of the effect. */
  static final List<String> FIELDS =
      List.of(
          "action_id",
          "agent_id",
          "args_hash",
          "attempt",
          "correlation_id",
          "deadline_at",
          "idempotency_key",
          "run_id",
          "scope",
          "tenant",
          "tool");

  static final String ARGS = "args";
  static final String WITHIN_ARGS = "args.";

  /** Decimals are kept as they are: a double would change them. */
  static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final ActionEffect effect;
  private final String actionId;
  private @Nullable JsonNode args;

  /**
   * @param actionId see {@link IdempotencyKey}
   */
  public EffectValues(ActionEffect effect, String actionId) {
    this.effect = effect;
    this.actionId = actionId;
  }

  /** Whether a name stands for something. */
  static boolean isName(String name) {
    return name.equals(ARGS)
        || FIELDS.contains(name)
        || (name.startsWith(WITHIN_ARGS) && name.length() > WITHIN_ARGS.length());
  }

  /** The value of a name; missing or null where the effect has none. */
  JsonNode get(String name) throws TemplateException {
    return switch (name) {
      case "action_id" -> TextNode.valueOf(actionId);
      case "agent_id" -> text(effect.getAgentId());
      case ARGS -> args();
      case "args_hash" -> text(effect.getArgsHash());
      case "attempt" -> IntNode.valueOf(effect.getAttempt());
      case "correlation_id" -> text(effect.getCorrelationId());
      case "deadline_at" -> text(effect.getDeadlineAt().toString());
      case "idempotency_key" -> text(effect.getIdempotencyKey());
      case "run_id" -> text(effect.getRunId());
      case "scope" -> text(effect.getScope());
      case "tenant" -> text(effect.getTenant());
      case "tool" -> text(effect.getTool());
      default -> withinArgs(name.substring(WITHIN_ARGS.length()));
    };
  }

  private static JsonNode text(@Nullable String value) {
    return value == null ? MissingNode.getInstance() : TextNode.valueOf(value);
  }

  private JsonNode withinArgs(String path) throws TemplateException {
    JsonNode node = args();
    for (String step : path.split("\\.", -1)) {
      boolean index = node.isArray() && step.matches("[0-9]{1,9}");
      node = index ? node.path(Integer.parseInt(step)) : node.path(step);
    }
    return node;
  }

  private JsonNode args() throws TemplateException {
    if (args == null) {
      try {
        args = JSON.readTree(effect.getArgs());
      } catch (JsonProcessingException e) {
        // Its message may show what it stumbled over.
        throw new TemplateException("args are no JSON");
      }
    }
    return args;
  }
}
