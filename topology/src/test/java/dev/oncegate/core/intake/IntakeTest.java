package dev.oncegate.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntakeTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long WINDOW = 86_400_000;
  private static final long SKEW = 300_000;
  private static final long DEADLINE = 60_000;
  private static final long DEADLINE_MAX = 3_600_000;
  private static final int ARGS_MAX = 100;
  private static final IntakeLimits LIMITS =
      new IntakeLimits(ARGS_MAX, SKEW, WINDOW, DEADLINE, Map.of("slow", 7_000L), DEADLINE_MAX);
  private static final Coordinates AT = new Coordinates("agent.commands", 3, 42);

  private final Intake intake = new Intake(Scope.RUN, LIMITS);

  @Test
  void aCommandWithNothingButTheRequiredFieldsIsAdmittedWithDefaults() {
    Intent intent = admitted(new ACommand());
    assertThat(intent.runId()).isEqualTo("run-1");
    assertThat(intent.tool()).isEqualTo("refund");
    assertThat(intent.canonicalArgs()).isEqualTo("{\"amount\":5}");
    assertThat(intent.deadlineMs()).isEqualTo(DEADLINE);
    assertThat(intent.keyOrigin()).isEqualTo(Intent.KeyOrigin.DERIVED);
    assertThat(intent.commit()).isFalse();
    assertThat(intent.confirmationToken()).isNull();
  }

  @Test
  void whatTheAgentSaysIsCarriedOn() {
    Intent intent =
        admitted(
            new ACommand()
                .withKey("k")
                .as(SideEffectClass.DESTRUCTIVE)
                .committedWith("token")
                .withDeadline(5L));
    assertThat(intent.id()).isEqualTo(new ActionId("run-1", "k"));
    assertThat(intent.keyOrigin()).isEqualTo(Intent.KeyOrigin.SENT);
    assertThat(intent.sideEffectClass()).isEqualTo(SideEffectClass.DESTRUCTIVE);
    assertThat(intent.commit()).isTrue();
    assertThat(intent.confirmationToken()).isEqualTo("token");
    assertThat(intent.deadlineMs()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void aBlankRequiredFieldIsInvalid(String blank) {
    assertInvalid(
        new ACommand().in(blank), "run_id", "run_id is blank; 1 to 255 characters are required.");
    assertInvalid(
        new ACommand().to(blank), "tool", "tool is blank; 1 to 255 characters are required.");
    assertInvalid(
        new ACommand().withKey(blank),
        "idempotency_key",
        "idempotency_key is blank; 1 to 255 characters are required.");
  }

  @Test
  void aNameOf255CharactersIsAdmittedAndOneMoreIsInvalid() {
    String longest = "n".repeat(255);
    Intent intent =
        admitted(
            new ACommand()
                .in(longest)
                .by(longest)
                .of(longest)
                .to(longest)
                .withKey(longest)
                .correlatedBy(longest));
    assertThat(intent.id()).isEqualTo(new ActionId(longest, longest));
    String tooLong = longest + "n";
    String message = " is '" + "n".repeat(100) + "…' with 256 characters; at most 255 are allowed.";
    assertInvalid(new ACommand().in(tooLong), "run_id", "run_id" + message);
    assertInvalid(new ACommand().by(tooLong), "agent_id", "agent_id" + message);
    assertInvalid(new ACommand().of(tooLong), "tenant", "tenant" + message);
    assertInvalid(new ACommand().to(tooLong), "tool", "tool" + message);
    assertInvalid(new ACommand().withKey(tooLong), "idempotency_key", "idempotency_key" + message);
    assertInvalid(
        new ACommand().correlatedBy(tooLong), "correlation_id", "correlation_id" + message);
  }

  @Test
  void aMessageShowsNoLineBreaksAndNoHalfCharacters() {
    String value = "a\nb\u0000" + "c".repeat(95) + "\ud83d\ude02" + "d".repeat(200);
    assertInvalid(
        new ACommand().to(value),
        "tool",
        "tool is 'a\ufffdb\ufffd"
            + "c".repeat(95)
            + "…' with 301 characters; at most 255 are allowed.");
  }

  @Test
  void theFieldOfTheScopeIsRequired() {
    Intake byAgent = new Intake(Scope.AGENT, LIMITS);
    Intake byTenant = new Intake(Scope.TENANT, LIMITS);
    for (String missing : new String[] {null, "", " "}) {
      assertThat(byAgent.admit(new ACommand().by(missing).of("t").build(), AT, NOW, NOW))
          .isEqualTo(
              new Admission.Invalid(
                  "agent_id", "agent_id is missing; it is required where gate.scope is agent."));
      assertThat(byTenant.admit(new ACommand().by("a").of(missing).build(), AT, NOW, NOW))
          .isEqualTo(
              new Admission.Invalid(
                  "tenant", "tenant is missing; it is required where gate.scope is tenant."));
    }
  }

  @Test
  void theScopeIsTheNamespaceOfTheKey() {
    ACommand command = new ACommand().in("r").by("a").of("t").withKey("k");
    assertThat(admitted(new Intake(Scope.RUN, LIMITS), command).id())
        .isEqualTo(new ActionId("r", "k"));
    assertThat(admitted(new Intake(Scope.AGENT, LIMITS), command).id())
        .isEqualTo(new ActionId("a", "k"));
    assertThat(admitted(new Intake(Scope.TENANT, LIMITS), command).id())
        .isEqualTo(new ActionId("t", "k"));
  }

  @Test
  void argsThatAreNoJsonObjectAreInvalidAndTheMessageSaysWhereAndWhy() {
    assertInvalid(
        new ACommand().with("[1]"),
        "args",
        "args is no acceptable JSON object: a JSON object is expected (at character 0).");
    assertInvalid(
        new ACommand().with("{\"a\":1,\"a\":2}"),
        "args",
        "args is no acceptable JSON object: the name 'a' is there twice (at character 13).");
    assertInvalid(
        new ACommand().with("{\"n\":9007199254740993}"),
        "args",
        "args is no acceptable JSON object: the number '9007199254740993' would change as an IEEE-754 double; send it"
            + " as text (at character 5).");
  }

  @Test
  void argsOfTheLimitAreAdmittedAndOneByteMoreIsInvalid() {
    admitted(new ACommand().with(argsOf(ARGS_MAX)));
    assertInvalid(
        new ACommand().with(argsOf(ARGS_MAX + 1)),
        "args",
        "args has 101 bytes or more; at most 100 are allowed.");
  }

  @Test
  void theLimitOfArgsIsOfBytesAndNotOfCharacters() {
    String fits = "{\"s\":\"" + "€".repeat(30) + "\"}";
    assertThat(fits.getBytes(StandardCharsets.UTF_8)).hasSize(98);
    admitted(new ACommand().with(fits));
    assertInvalid(
        new ACommand().with(fits.replace("\"}", "€\"}")),
        "args",
        "args has 101 bytes or more; at most 100 are allowed.");
    String hundredCharacters = "{\"s\":\"€\"" + " ".repeat(ARGS_MAX - 9) + "}";
    assertThat(hundredCharacters).hasSize(ARGS_MAX);
    assertInvalid(
        new ACommand().with(hundredCharacters),
        "args",
        "args has 102 bytes or more; at most 100 are allowed.");
  }

  @Test
  void aCompensationThatCouldNotGoOnWithTheEffectIsInvalid() {
    admitted(new ACommand().undoneBy("saga", "undo", argsOf(ARGS_MAX)));
    assertInvalid(
        new ACommand().undoneBy("", "undo", "{}"),
        "compensation.saga_id",
        "compensation.saga_id is blank; 1 to 255 characters are required.");
    assertInvalid(
        new ACommand().undoneBy("saga", " ", "{}"),
        "compensation.tool",
        "compensation.tool is blank; 1 to 255 characters are required.");
    assertInvalid(
        new ACommand().undoneBy("saga", "undo", argsOf(ARGS_MAX + 1)),
        "compensation.args",
        "compensation.args has 101 bytes; at most 100 are allowed.");
  }

  @Test
  void argsThatOutgrowTheLimitInTheirCanonicalFormAreInvalid() {
    String grows = "{\"n\":[1e20,1e20,1e20,1e20,1e20]}";
    assertInvalid(
        new ACommand().with(grows),
        "args",
        "args is no acceptable JSON object: its canonical form has more than 100 bytes (at character 30).");
  }

  @Test
  void argsThatShrinkToTheLimitInTheirCanonicalFormAreInvalidAllTheSame() {
    assertInvalid(
        new ACommand().with("{" + " ".repeat(ARGS_MAX) + "}"),
        "args",
        "args has 102 bytes or more; at most 100 are allowed.");
  }

  @Test
  void aKeyThatBeginsLikeTheGatesOwnIsInvalid() {
    assertInvalid(
        new ACommand().withKey("oncegate:sha256:00"),
        "idempotency_key",
        "idempotency_key is 'oncegate:sha256:00'; keys that begin with 'oncegate:' are the gate's own.");
    admitted(new ACommand().withKey("Oncegate:x"));
  }

  @Test
  void aSentHashIsVerified() {
    String hash = admitted(new ACommand().with("{\"b\":1.0,\"a\":2}")).argsHash();
    assertThat(hash)
        .isEqualTo(
            HexFormat.of()
                .formatHex(
                    new Sha256().plain("{\"a\":2,\"b\":1}".getBytes(StandardCharsets.UTF_8))));
    admitted(new ACommand().with("{\"a\":2,\"b\":1}").withArgsHash(hash));
    admitted(new ACommand().with("{\"a\":2,\"b\":1}").withArgsHash(hash.toUpperCase(Locale.ROOT)));
    assertInvalid(
        new ACommand().with("{\"a\":3,\"b\":1}").withArgsHash(hash),
        "args_hash",
        "args_hash is '"
            + hash
            + "'; the SHA-256 of the canonical args is "
            + admitted(new ACommand().with("{\"a\":3,\"b\":1}")).argsHash()
            + ".");
    assertThat(admit(new ACommand().withArgsHash(""), NOW)).isInstanceOf(Admission.Invalid.class);
  }

  @Test
  void issuedAtMayBeAheadByTheSkewAndNotMore() {
    admitted(new ACommand().issuedAt(NOW + SKEW));
    assertInvalid(
        new ACommand().issuedAt(NOW + SKEW + 1),
        "issued_at",
        "issued_at is 1700000300001; allowed is 0 to 1700000300000 (the gate's clock and 300000 ms).");
    assertThat(admit(new ACommand().issuedAt(Long.MAX_VALUE), NOW))
        .isInstanceOf(Admission.Invalid.class);
    assertThat(admit(new ACommand().issuedAt(-1L), NOW)).isInstanceOf(Admission.Invalid.class);
    assertThat(admit(new ACommand().issuedAt(Long.MIN_VALUE), NOW))
        .isInstanceOf(Admission.Invalid.class);
    assertThat(admit(new ACommand().issuedAt(0L), NOW)).isInstanceOf(Admission.Expired.class);
  }

  @Test
  void aTtlIsOneMillisecondOrMore() {
    admitted(new ACommand().withTtl(1L));
    admitted(new ACommand().withTtl(Long.MAX_VALUE));
    assertInvalid(
        new ACommand().withTtl(0L), "request_ttl_ms", "request_ttl_ms is 0; allowed is 1 or more.");
    assertThat(admit(new ACommand().withTtl(Long.MIN_VALUE), NOW))
        .isInstanceOf(Admission.Invalid.class);
  }

  @Test
  void aDeadlineIsOneMillisecondToItsLimit() {
    assertThat(admitted(new ACommand().withDeadline(1L)).deadlineMs()).isEqualTo(1);
    assertThat(admitted(new ACommand().withDeadline(DEADLINE_MAX)).deadlineMs())
        .isEqualTo(DEADLINE_MAX);
    assertInvalid(
        new ACommand().withDeadline(0L),
        "deadline_ms",
        "deadline_ms is 0; allowed is 1 to 3600000.");
    assertInvalid(
        new ACommand().withDeadline(DEADLINE_MAX + 1),
        "deadline_ms",
        "deadline_ms is 3600001; allowed is 1 to 3600000.");
    assertThat(admit(new ACommand().withDeadline(Long.MAX_VALUE), NOW))
        .isInstanceOf(Admission.Invalid.class);
  }

  @Test
  void aToolMayHaveADeadlineOfItsOwnWhichACommandOverrides() {
    assertThat(admitted(new ACommand().to("slow")).deadlineMs()).isEqualTo(7_000);
    assertThat(admitted(new ACommand().to("slow").withDeadline(8L)).deadlineMs()).isEqualTo(8);
  }

  @Test
  void aCommandExpiresOneMillisecondAfterItsTtl() {
    ACommand command = new ACommand().issuedAt(NOW - 500).withTtl(500L);
    admitted(command);
    assertThat(intake.admit(command.build(), AT, NOW, NOW + 1))
        .isInstanceOfSatisfying(
            Admission.Expired.class,
            expired -> {
              assertThat(expired.reason()).isEqualTo(Admission.Reason.TTL_PASSED);
              assertThat(expired.message())
                  .isEqualTo(
                      "The command is 501 ms old; its request_ttl_ms is 500. Make a new intent.");
            });
  }

  @Test
  void withoutIssuedAtTheTtlCountsFromTheRecordsTimestamp() {
    ACommand command = new ACommand().withTtl(500L);
    assertThat(intake.admit(command.build(), AT, NOW - 500, NOW))
        .isInstanceOf(Admission.Admitted.class);
    assertThat(intake.admit(command.build(), AT, NOW - 501, NOW))
        .isInstanceOf(Admission.Expired.class);
  }

  @Test
  void anIssuedAtWithinTheSkewAheadDoesNotExpire() {
    admitted(new ACommand().issuedAt(NOW + SKEW).withTtl(1L));
  }

  @Test
  void I3_aCommandOlderThanTheWindowIsExpiredToTheMillisecond() {
    assertThat(intake.admit(new ACommand().build(), AT, NOW - WINDOW, NOW))
        .isInstanceOf(Admission.Admitted.class);
    assertThat(intake.admit(new ACommand().build(), AT, NOW - WINDOW - 1, NOW))
        .isInstanceOfSatisfying(
            Admission.Expired.class,
            expired -> {
              assertThat(expired.reason()).isEqualTo(Admission.Reason.OLDER_THAN_WINDOW);
              assertThat(expired.message())
                  .isEqualTo(
                      "The command is 86400001 ms old; actions are remembered for 86400000 ms. Make a new intent.");
              assertThat(expired.intent().tool()).isEqualTo("refund");
            });
  }

  @Test
  void I3_theOlderOfIssuedAtAndTimestampDecidesTheWindow() {
    ACommand oldIntentInANewRecord = new ACommand().issuedAt(NOW - WINDOW - 1);
    assertThat(intake.admit(oldIntentInANewRecord.build(), AT, NOW, NOW))
        .isInstanceOf(Admission.Expired.class);
    ACommand newIntentInAnOldRecord = new ACommand().issuedAt(NOW).withTtl(Long.MAX_VALUE);
    assertThat(intake.admit(newIntentInAnOldRecord.build(), AT, NOW - WINDOW - 1, NOW))
        .isInstanceOf(Admission.Expired.class);
  }

  @Test
  void whatIsWrongIsInvalidEvenWhereItIsAlsoTooLate() {
    assertThat(intake.admit(new ACommand().with("1").build(), AT, 0, NOW))
        .isInstanceOf(Admission.Invalid.class);
  }

  @Test
  void aDerivedKeyDependsOnRunToolAndArgumentsOnly() {
    ActionId id = admitted(new ACommand()).id();
    assertThat(id.key()).matches("oncegate:sha256:[0-9a-f]{64}");
    List<ACommand> same =
        List.of(
            new ACommand().with(" { \"amount\" : 5.0 } "),
            new ACommand().as(SideEffectClass.DESTRUCTIVE),
            new ACommand().by("a").of("t").correlatedBy("c"),
            new ACommand()
                .issuedAt(NOW)
                .withTtl(9L)
                .withDeadline(9L)
                .asAttempt(7)
                .committedWith("x"));
    assertThat(same).allSatisfy(command -> assertThat(admitted(command).id()).isEqualTo(id));
    List<ACommand> others =
        List.of(
            new ACommand().in("run-2"),
            new ACommand().to("refunds"),
            new ACommand().with("{\"amount\":6}"));
    assertThat(others)
        .allSatisfy(command -> assertThat(admitted(command).id().key()).isNotEqualTo(id.key()));
  }

  @Test
  void aReadWithoutAKeyIsAnActionOfItsOwnEachTime() {
    ACommand read = new ACommand().as(SideEffectClass.READ);
    Intent intent = admitted(read);
    assertThat(intent.keyOrigin()).isEqualTo(Intent.KeyOrigin.PER_COMMAND);
    assertThat(intent.id())
        .isEqualTo(new ActionId("run-1", "oncegate:command:agent.commands:3:42"));
    Admission next = intake.admit(read.build(), new Coordinates("agent.commands", 3, 43), NOW, NOW);
    assertThat(((Admission.Admitted) next).intent().id()).isNotEqualTo(intent.id());
    assertThat(admitted(read.withKey("k")).keyOrigin()).isEqualTo(Intent.KeyOrigin.SENT);
  }

  @Test
  void theHashIsTheSameWhateverTheSpellingAndWhateverIsNotInItsClosedList() {
    PayloadHash hash = admitted(new ACommand().with("{\"a\":1,\"b\":\"x/\"}")).payloadHash();
    assertThat(hash.version()).isEqualTo(1);
    List<ACommand> same =
        List.of(
            new ACommand().with("{\"b\":\"x\\/\",\"a\":1}"),
            new ACommand().with("\n{ \"a\" : 1.0 ,\t\"\\u0062\" : \"\\u0078/\" }\r\n"),
            new ACommand().with("{\"a\":10e-1,\"b\":\"x/\"}"),
            new ACommand().with("{\"a\":1,\"b\":\"x/\"}").in("run-2").by("a").of("t").withKey("k"),
            new ACommand()
                .with("{\"a\":1,\"b\":\"x/\"}")
                .issuedAt(NOW - 1)
                .withTtl(9L)
                .withDeadline(9L),
            new ACommand()
                .with("{\"a\":1,\"b\":\"x/\"}")
                .asAttempt(9)
                .correlatedBy("c")
                .committedWith("t"));
    assertThat(same)
        .allSatisfy(command -> assertThat(admitted(command).payloadHash()).isEqualTo(hash));
    List<ACommand> others =
        List.of(
            new ACommand().with("{\"a\":2,\"b\":\"x/\"}"),
            new ACommand().with("{\"a\":\"1\",\"b\":\"x/\"}"),
            new ACommand().with("{\"a\":1,\"b\":\"x/\"}").to("refunds"),
            new ACommand().with("{\"a\":1,\"b\":\"x/\"}").as(SideEffectClass.DESTRUCTIVE));
    assertThat(others)
        .allSatisfy(command -> assertThat(admitted(command).payloadHash()).isNotEqualTo(hash));
  }

  @Test
  void theHashIsTheSameInEveryRelease() {
    Intent intent = admitted(new ACommand().in("run").to("tool").with("{\"n\":1}"));
    assertThat(intent.payloadHash().toHex())
        .isEqualTo(sha256Of("00000004746f6f6c", "000000055752495445", "000000077b226e223a317d"));
    assertThat(intent.id().key())
        .isEqualTo(
            "oncegate:sha256:"
                + sha256Of("0000000372756e", "00000004746f6f6c", "000000077b226e223a317d"));
  }

  @Test
  void hashesOfDifferentVersionsAreNeverEqual() {
    byte[] bytes = new byte[32];
    assertThat(new PayloadHash(1, bytes)).isEqualTo(new PayloadHash(1, bytes.clone()));
    assertThat(new PayloadHash(2, bytes)).isNotEqualTo(new PayloadHash(1, bytes));
  }

  @Test
  void aHashIsShownInHexadecimalDigitsAndSpreadsInAHashTable() {
    PayloadHash hash = admitted(new ACommand()).payloadHash();
    assertThat(hash).hasToString(hash.toHex());
    assertThat(new PayloadHash(hash.version(), hash.bytes().clone())).hasSameHashCodeAs(hash);
    assertThat(admitted(new ACommand().to("refunds")).payloadHash().hashCode())
        .isNotEqualTo(hash.hashCode());
  }

  @Test
  void aDigestSurvivesItsHexadecimalDigits() {
    String digits = "0123456789abcdef" + "fedcba9876543210" + "00000000000000ff" + "8".repeat(16);
    assertThat(Digest256.ofHex(digits).toHex()).isEqualTo(digits);
  }

  @Test
  void thePrefixOfAPartHasAllFourBytesOfItsLength() {
    byte[] part = new byte[0x01020304];
    byte[] prefixed = ByteBuffer.allocate(4 + part.length).putInt(part.length).array();
    assertThat(new Sha256().part(part).digest()).isEqualTo(new Sha256().plain(prefixed));
  }

  @Test
  void theFingerprintIsOfToolAndArgumentsOnly() {
    long fingerprint = admitted(new ACommand()).fingerprint();
    assertThat(
            admitted(new ACommand().in("run-2").withKey("k").as(SideEffectClass.READ))
                .fingerprint())
        .isEqualTo(fingerprint);
    assertThat(admitted(new ACommand().to("refunds")).fingerprint()).isNotEqualTo(fingerprint);
    assertThat(admitted(new ACommand().with("{}")).fingerprint()).isNotEqualTo(fingerprint);
  }

  private static String sha256Of(String... hexParts) {
    return HexFormat.of()
        .formatHex(new Sha256().plain(HexFormat.of().parseHex(String.join("", hexParts))));
  }

  private static String argsOf(int bytes) {
    return "{\"s\":\"" + "x".repeat(bytes - 8) + "\"}";
  }

  private Admission admit(ACommand command, long eventTimeMs) {
    return intake.admit(command.build(), AT, eventTimeMs, NOW);
  }

  private Intent admitted(ACommand command) {
    return admitted(intake, command);
  }

  private static Intent admitted(Intake intake, ACommand command) {
    Admission admission = intake.admit(command.build(), AT, NOW, NOW);
    assertThat(admission).isInstanceOf(Admission.Admitted.class);
    return ((Admission.Admitted) admission).intent();
  }

  private void assertInvalid(ACommand command, String field, String message) {
    assertThat(admit(command, NOW)).isEqualTo(new Admission.Invalid(field, message));
  }
}
