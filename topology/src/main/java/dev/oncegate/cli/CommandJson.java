package dev.oncegate.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.Compensation;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.TrustedSchemas;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import org.apache.avro.Schema;

/**
 * Reads a command from a line of JSON: names as in the ActionCommand schema; absent fields take their defaults.
 *
 * <p>Arguments given as an object are taken as they are written, character by character: what a number or a duplicate
 * name means is for the gate to judge, not for a JSON library on the way.
 */
final class CommandJson {
  static {
    TrustedSchemas.trust();
  }

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private CommandJson() {}

  /**
   * The command of a line.
   *
   * @throws IllegalArgumentException saying what is wrong, naming the field
   */
  static ActionCommand parse(String line) {
    ActionCommand.Builder command = ActionCommand.newBuilder();
    try (JsonParser in = JSON.createParser(line)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("a JSON object is expected");
      }
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String field = in.currentName();
        in.nextToken();
        if (in.currentToken() != JsonToken.VALUE_NULL) {
          set(command, field, in, line);
        }
      }
      if (in.nextToken() != null) {
        throw new IllegalArgumentException("nothing may follow the object");
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("a string cannot fail to be read", e);
    }
    return command.build();
  }

  private static void set(ActionCommand.Builder command, String field, JsonParser in, String line) throws IOException {
    switch (field) {
      case "run_id" -> command.setRunId(text(field, in));
      case "agent_id" -> command.setAgentId(text(field, in));
      case "tenant" -> command.setTenant(text(field, in));
      case "tool" -> command.setTool(text(field, in));
      case "args" -> command.setArgs(args(field, in, line));
      case "idempotency_key" -> command.setIdempotencyKey(text(field, in));
      case "args_hash" -> command.setArgsHash(text(field, in));
      case "side_effect_class" -> command.setSideEffectClass(sideEffectClass(text(field, in)));
      case "commit" -> command.setCommit(bool(field, in));
      case "confirmation_token" -> command.setConfirmationToken(text(field, in));
      case "issued_at" -> command.setIssuedAt(time(field, in));
      case "request_ttl_ms" -> command.setRequestTtlMs(number(field, in));
      case "deadline_ms" -> command.setDeadlineMs(number(field, in));
      case "attempt_number" -> command.setAttemptNumber(integer(field, in));
      case "correlation_id" -> command.setCorrelationId(text(field, in));
      case "compensation" -> command.setCompensation(compensation(in, line));
      default ->
          throw new IllegalArgumentException(
              "%s is no field of a command; there are %s".formatted(field, names(ActionCommand.getClassSchema())));
    }
  }

  private static Compensation compensation(JsonParser in, String line) throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("compensation", in, "an object");
    }
    Compensation.Builder compensation = Compensation.newBuilder();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String field = in.currentName();
      in.nextToken();
      switch (field) {
        case "saga_id" -> compensation.setSagaId(text(field, in));
        case "step" -> compensation.setStep(integer(field, in));
        case "tool" -> compensation.setTool(text(field, in));
        case "args" -> compensation.setArgs(args(field, in, line));
        default ->
            throw new IllegalArgumentException(
                "%s is no field of a compensation; there are %s".formatted(field, names(Compensation.getClassSchema())));
      }
    }
    try {
      return compensation.build();
    } catch (org.apache.avro.AvroRuntimeException e) {
      throw new IllegalArgumentException("compensation needs saga_id, step and tool", e);
    }
  }

  private static String args(String field, JsonParser in, String line) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_STRING) {
      return in.getText();
    }
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw wrong(field, in, "a JSON object, or its text");
    }
    int start = (int) in.currentTokenLocation().getCharOffset();
    in.skipChildren();
    return line.substring(start, (int) in.currentLocation().getCharOffset());
  }

  private static String text(String field, JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(field, in, "text");
    }
    return in.getText();
  }

  private static boolean bool(String field, JsonParser in) throws IOException {
    if (!in.currentToken().isBoolean()) {
      throw wrong(field, in, "true or false");
    }
    return in.getBooleanValue();
  }

  private static long number(String field, JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_NUMBER_INT || in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw wrong(field, in, "a whole number of 64 bits");
    }
    return in.getLongValue();
  }

  private static int integer(String field, JsonParser in) throws IOException {
    long number = number(field, in);
    if (number != (int) number) {
      throw wrong(field, in, "a whole number of 32 bits");
    }
    return (int) number;
  }

  private static Instant time(String field, JsonParser in) throws IOException {
    try {
      return in.currentToken() == JsonToken.VALUE_STRING
          ? Instant.parse(in.getText())
          : Instant.ofEpochMilli(number(field, in));
    } catch (DateTimeException e) {
      throw wrong(field, in, "milliseconds since the epoch, or a time as 2026-01-31T12:00:00Z");
    }
  }

  private static SideEffectClass sideEffectClass(String name) {
    try {
      return SideEffectClass.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "side_effect_class is '%s'; allowed are %s".formatted(name, Arrays.toString(SideEffectClass.values())), e);
    }
  }

  private static String names(Schema schema) {
    return String.join(", ", schema.getFields().stream().map(Schema.Field::name).toList());
  }

  private static IllegalArgumentException wrong(String field, JsonParser in, String expected) throws IOException {
    return new IllegalArgumentException("%s is %s; %s is expected".formatted(field, in.getText(), expected));
  }
}
