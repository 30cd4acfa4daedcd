package dev.oncegate.ingress;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.JsonLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands of bodies. Says no only where no command can be made that the gate could answer,
 * or where the caller says what is not its own; all else is the gate's to judge.
 */
final class CommandReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MAX_NAME = 255;

  private final Scope scope;
  private final boolean keyRequired;

  CommandReader(Scope scope, boolean keyRequired) {
    this.scope = scope;
    this.keyRequired = keyRequired;
  }

  /**
   * The text of a body.
   *
   * @throws Refused where it is no UTF-8
   */
  static String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new Refused(ProblemType.INVALID_REQUEST, "The body is no UTF-8.");
    }
  }

  /**
   * The command of an action.
   *
   * @param headerKey the key that the header names; null: none
   * @throws Refused where there can be none
   */
  ActionCommand read(String json, @Nullable String headerKey, Caller caller) {
    ActionCommand command;
    try {
      command = (ActionCommand) JsonLine.read(ActionCommand.getClassSchema(), json);
    } catch (IllegalArgumentException e) {
      throw new Refused(ProblemType.INVALID_REQUEST, "The body: " + e.getMessage());
    }
    // Without it the gate could not tell whom to answer: the command would be a dead letter.
    requireName("run_id", command.getRunId());
    caller.requireOwnRun(command.getRunId());
    command.setTenant(caller.requireTenant(command.getTenant()));
    command.setAgentId(caller.requireAgent(command.getAgentId()));
    command.setIdempotencyKey(keyOf(command.getIdempotencyKey(), headerKey));
    return command;
  }

  private @Nullable String keyOf(@Nullable String said, @Nullable String headerKey) {
    if (said != null && headerKey != null && !said.equals(headerKey)) {
      throw new Refused(
          ProblemType.INVALID_REQUEST,
          "%s and idempotency_key in the body are not the same; send one".formatted(KeyHeader.NAME),
          "idempotency_key");
    }
    String key = headerKey == null ? said : headerKey;
    if (key == null && keyRequired) {
      throw new Refused(
          ProblemType.IDEMPOTENCY_KEY_MISSING,
          "Name the action by the header %s: the same for every repetition of the same intent, another for another."
              .formatted(KeyHeader.NAME),
          "idempotency_key");
    }
    return key;
  }

  /**
   * The actions of a batch, each as it is written: {@code {"actions": [{…}, …]}}.
   *
   * @throws Refused where it is no batch, or there are more than {@code most}
   */
  static List<String> actions(String json, int most) {
    List<String> actions = new ArrayList<>();
    try (JsonParser in = JSON.createParser(json)) {
      expect(in.nextToken() == JsonToken.START_OBJECT);
      expect("actions".equals(in.nextFieldName()));
      expect(in.nextToken() == JsonToken.START_ARRAY);
      while (in.nextToken() == JsonToken.START_OBJECT) {
        if (actions.size() == most) {
          throw new Refused(
              ProblemType.TOO_LARGE, "There are more than %d actions.".formatted(most), "actions");
        }
        int start = (int) in.currentTokenLocation().getCharOffset();
        in.skipChildren();
        actions.add(json.substring(start, (int) in.currentLocation().getCharOffset()));
      }
      expect(in.currentToken() == JsonToken.END_ARRAY);
      expect(in.nextToken() == JsonToken.END_OBJECT);
      expect(in.nextToken() == null);
    } catch (JsonProcessingException e) {
      throw new Refused(
          ProblemType.INVALID_REQUEST, "The body: no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("a string cannot fail to be read", e);
    }
    expect(!actions.isEmpty());
    return actions;
  }

  private static void expect(boolean asExpected) {
    if (!asExpected) {
      throw new Refused(
          ProblemType.INVALID_REQUEST,
          "A batch is {\"actions\": [{…}, …]} with at least one action and nothing else.",
          "actions");
    }
  }

  /**
   * The value of the scope, and so the record key: as the gate takes it, the run where the scope's
   * field is missing.
   */
  String scopeOf(ActionCommand command) {
    String named = scope.of(command.getRunId(), command.getAgentId(), command.getTenant());
    return isName(named) ? named : command.getRunId();
  }

  /** Which of a command's fields names the scope. */
  Scope scope() {
    return scope;
  }

  static void requireName(String field, @Nullable String value) {
    if (!isName(value)) {
      throw new Refused(
          ProblemType.INVALID_REQUEST,
          "%s is %s; 1 to %d characters, not blank, are expected"
              .formatted(
                  field,
                  value == null || value.isEmpty()
                      ? "missing"
                      : value.isBlank() ? "blank" : value.length() + " characters long",
                  MAX_NAME),
          field);
    }
  }

  private static boolean isName(@Nullable String text) {
    return text != null && !text.isBlank() && text.length() <= MAX_NAME;
  }
}
