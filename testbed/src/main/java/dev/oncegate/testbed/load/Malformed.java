package dev.oncegate.testbed.load;

import dev.oncegate.schema.ActionCommand;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** What happens in runs whose records are not as they should be. */
final class Malformed {
  private static final int ARGS_LIMIT = 262_144;
  private static final int NAME_LIMIT = 255;

  private static final List<String> BAD_ARGS =
      List.of(
          "no json",
          "",
          "[1]",
          "null",
          "{\"a\":1,\"a\":2}",
          "{\"a\":1",
          "{\"a\":1}{}",
          "{\"lone\":\"\\ud800\"}",
          "{\"big\":12345678901234567891}",
          "{\"big\":1e400}",
          "{\"a\":NaN}",
          "{'a':1}",
          "{\"a\":01}",
          "{\"deep\":%s1%s}".formatted("[".repeat(2_000), "]".repeat(2_000)));

  private Malformed() {}

  static void play(Script script) {
    switch (script.conduct()) {
      case UNREADABLE -> unreadable(script);
      case OVERSIZED -> oversized(script);
      case BAD_ARGS -> badArgs(script);
      case BAD_NAMES -> badNames(script);
      case ARGS_HASH -> argsHash(script);
      default -> throw new IllegalArgumentException(script.conduct() + " is well formed");
    }
  }

  private static void unreadable(Script script) {
    for (int record = 0; record < script.between(2, 6); record++) {
      Delivery.Target target =
          script.oneIn(2)
              ? Delivery.Target.COMMANDS
              : script.oneIn(2) ? Delivery.Target.OUTCOMES : Delivery.Target.CONTROLS;
      if (script.oneIn(6)) {
        script.add(new Delivery.CutOff(script.write(script.freshArgs(), "cut").build()));
      } else {
        script.add(new Delivery.Rubbish(target, rubbish(script)));
      }
    }
    script.send(script.write(script.freshArgs(), "good"));
  }

  private static @Nullable Bytes rubbish(Script script) {
    byte[] chance = new byte[script.between(1, 60)];
    script.random().nextBytes(chance);
    return switch (script.between(0, 5)) {
      case 0 -> null;
      case 1 -> Bytes.wrap(new byte[0]);
      case 2 -> Bytes.wrap("{\"run_id\":\"json\"}".getBytes(StandardCharsets.UTF_8));
      case 3 -> Bytes.wrap(new byte[] {0, 0x7f, 0x7f, 0x7f, 0x7f, 1, 2, 3});
      case 4 -> Bytes.wrap(new byte[] {0, 0, 0});
      default -> {
        // Not the magic byte.
        chance[0] = 1;
        yield Bytes.wrap(chance);
      }
    };
  }

  private static void oversized(Script script) {
    int around = "{\"text\":\"\"}".length();
    for (int size :
        new int[] {ARGS_LIMIT, ARGS_LIMIT + 1, ARGS_LIMIT + script.between(2, 80_000)}) {
      ActionCommand.Builder command =
          script.write("{\"text\":\"%s\"}".formatted("x".repeat(size - around)), "size-" + size);
      script.send(command);
    }
    script.send(script.write(script.freshArgs(), "size-" + (ARGS_LIMIT + 1)));
  }

  private static void badArgs(Script script) {
    for (int call = 0; call < script.between(2, 6); call++) {
      script.send(script.write(script.oneOf(BAD_ARGS), "bad-" + call));
      if (script.oneIn(2)) {
        script.send(script.write(script.freshArgs(), "bad-" + call));
      }
    }
  }

  private static void badNames(Script script) {
    String longest = "k".repeat(NAME_LIMIT);
    List<String> keys = List.of("", "  ", longest, longest + "k", "oncegate:mine", "\u0000", "é😀");
    for (int call = 0; call < script.between(2, 5); call++) {
      script.send(script.write(script.freshArgs(), script.oneOf(keys)));
    }
    script.send(
        script.write(script.freshArgs(), "k").setTool(script.oneIn(2) ? "" : longest + "t"));
    script.send(script.write(script.freshArgs(), "k").setRunId(script.oneIn(2) ? " " : ""));
    script.send(script.write(script.freshArgs(), "k").setRunId(script.runId() + longest));
    script.send(script.write(script.freshArgs(), "k").setCorrelationId(longest + "c"));
    script.send(script.write(script.freshArgs(), "k"));
  }

  private static void argsHash(Script script) {
    for (int call = 0; call < script.between(1, 4); call++) {
      String canonical = "{\"call\":%d,\"who\":\"%s\"}".formatted(call, script.runId());
      String spelled = "{ \"who\":\"%s\", \"call\":%d.0 }".formatted(script.runId(), call);
      String hash = sha256(canonical);
      ActionCommand.Builder command = script.write(spelled, "hashed-" + call);
      script.send(command.setArgsHash(sha256(spelled)));
      script.send(command.setArgsHash("no hash"));
      script.send(command.setArgsHash(script.oneIn(2) ? hash : hash.toUpperCase(Locale.ROOT)));
      script.send(command.setArgsHash(null));
    }
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
