package dev.oncegate.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Builders;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.statistics.Statistics;

class IntakeProperties {
  private static final long NOW = 1_700_000_000_000L;
  private static final long WINDOW = 86_400_000;
  private static final int ARGS_MAX = 200;
  private static final IntakeLimits LIMITS =
      new IntakeLimits(ARGS_MAX, 300_000, WINDOW, 60_000, Map.of("tool", 7_000L), 3_600_000);
  private static final Coordinates AT = new Coordinates("agent.commands", 3, 42);

  private record Case(Command command, Scope scope, long eventTimeMs) {}

  @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
  void I2_everyCommandGetsOneAdmissionAndNoExceptionEscapes(@ForAll("cases") Case given) {
    Admission admission =
        new Intake(given.scope, LIMITS).admit(given.command, AT, given.eventTimeMs, NOW);
    Statistics.collect(admission.getClass().getSimpleName());
    Statistics.coverage(
        seen -> {
          seen.check("Admitted").percentage(share -> share > 5);
          seen.check("Expired").percentage(share -> share > 5);
          seen.check("Invalid").percentage(share -> share > 5);
        });
    if (admission instanceof Admission.Invalid invalid) {
      assertThat(invalid.message())
          .startsWith(invalid.field() + " ")
          .endsWith(".")
          .hasSizeLessThan(600);
    } else if (admission instanceof Admission.Expired expired) {
      assertThat(expired.message()).endsWith("Make a new intent.").doesNotContain(" -");
      assertWithinLimits(expired.intent());
    } else if (admission instanceof Admission.Admitted admitted) {
      assertWithinLimits(admitted.intent());
      assertThat(given.eventTimeMs)
          .as("I3: what is too old to be remembered")
          .isGreaterThanOrEqualTo(NOW - WINDOW);
    }
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void theSameCommandIsAdmittedTheSameWhateverTheIntakeDidBefore(
      @ForAll("cases") Case first, @ForAll("cases") Case next) {
    Intake used = new Intake(next.scope, LIMITS);
    used.admit(first.command, AT, first.eventTimeMs, NOW);
    assertThat(used.admit(next.command, AT, next.eventTimeMs, NOW))
        .isEqualTo(new Intake(next.scope, LIMITS).admit(next.command, AT, next.eventTimeMs, NOW));
  }

  @Property
  void movingCharactersBetweenToolAndArgumentsChangesTheHash(
      @ForAll("wellFormed") String tool,
      @ForAll("wellFormed") String args,
      @ForAll("moved") String moved) {
    Sha256 sha256 = new Sha256();
    PayloadHash hash = PayloadHash.of(sha256, tool + moved, SideEffectClass.WRITE, utf8(args));
    PayloadHash other = PayloadHash.of(sha256, tool, SideEffectClass.WRITE, utf8(moved + args));
    assertThat(hash.equals(other)).isEqualTo(moved.isEmpty());
  }

  @Property
  void anActionIdSurvivesItsBytes(
      @ForAll("wellFormed") String scope, @ForAll("wellFormed") String key) {
    ActionId id = new ActionId(scope, key);
    assertThat(ActionId.fromBytes(id.toBytes())).isEqualTo(id);
  }

  @Property
  void noTwoActionsShareTheirBytes(
      @ForAll("wellFormed") String scope,
      @ForAll("wellFormed") String key,
      @ForAll("wellFormed") String moved) {
    byte[] one = new ActionId(scope + moved, key).toBytes();
    byte[] other = new ActionId(scope, moved + key).toBytes();
    assertThat(Arrays.equals(one, other)).isEqualTo(moved.isEmpty());
  }

  private static void assertWithinLimits(Intent intent) {
    assertThat(utf8(intent.canonicalArgs()).length).isLessThanOrEqualTo(ARGS_MAX);
    assertThat(intent.deadlineMs()).isBetween(1L, 3_600_000L);
    assertThat(intent.id().scope()).isNotBlank().hasSizeLessThanOrEqualTo(255);
    assertThat(intent.id().key()).isNotBlank().hasSizeLessThanOrEqualTo(300);
    assertThat(ActionId.fromBytes(intent.id().toBytes())).isEqualTo(intent.id());
  }

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<Command> commands =
        Builders.withBuilder(ACommand::new)
            .use(names())
            .in(ACommand::in)
            .use(names().injectNull(0.2))
            .in(ACommand::by)
            .use(names().injectNull(0.2))
            .in(ACommand::of)
            .use(names())
            .in(ACommand::to)
            .use(args())
            .in(ACommand::with)
            .use(names().injectNull(0.5))
            .in(ACommand::withKey)
            .use(names().injectNull(0.9))
            .in(ACommand::withArgsHash)
            .use(Arbitraries.of(SideEffectClass.class))
            .in(ACommand::as)
            .use(times().injectNull(0.85))
            .in(ACommand::issuedAt)
            .use(times().injectNull(0.85))
            .in(ACommand::withTtl)
            .use(times().injectNull(0.85))
            .in(ACommand::withDeadline)
            .use(Arbitraries.integers())
            .in(ACommand::asAttempt)
            .use(names().injectNull(0.5))
            .in(ACommand::correlatedBy)
            .build(ACommand::build);
    Arbitrary<Long> eventTimes =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, NOW),
            Arbitraries.longs().between(NOW - WINDOW - 3, NOW - WINDOW + 3),
            Arbitraries.longs().between(NOW - 1_000, NOW));
    return Combinators.combine(commands, Arbitraries.of(Scope.class), eventTimes).as(Case::new);
  }

  @Provide
  Arbitrary<String> wellFormed() {
    return Arbitraries.strings()
        .ofMaxLength(12)
        .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text));
  }

  /** Among them the name of the class, which stands between tool and arguments. */
  @Provide
  Arbitrary<String> moved() {
    return Arbitraries.oneOf(Arbitraries.of("WRITE", "WRITEWRITE"), wellFormed());
  }

  @Property
  void movingCharactersBetweenRunAndToolChangesTheDerivedKey(
      @ForAll @AlphaChars @StringLength(min = 1, max = 5) String run,
      @ForAll @AlphaChars @StringLength(min = 1, max = 5) String tool,
      @ForAll @AlphaChars @StringLength(max = 5) String moved) {
    Intake intake = new Intake(Scope.TENANT, LIMITS);
    Command one = new ACommand().of("t").in(run + moved).to(tool).build();
    Command other = new ACommand().of("t").in(run).to(moved + tool).build();
    assertThat(idOf(intake, one).equals(idOf(intake, other))).isEqualTo(moved.isEmpty());
  }

  private static ActionId idOf(Intake intake, Command command) {
    return ((Admission.Admitted) intake.admit(command, AT, NOW, NOW)).intent().id();
  }

  /** Good ones for the most part: a command has many fields, and one bad one hides all others. */
  private Arbitrary<String> names() {
    return Arbitraries.frequencyOf(
        Tuple.of(1, Arbitraries.of("", " ", "oncegate:x", "n".repeat(256), "\u0000")),
        Tuple.of(10, Arbitraries.of("tool", "run-1", "n".repeat(255))),
        Tuple.of(5, Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(10)),
        Tuple.of(2, wellFormed()));
  }

  private static Arbitrary<String> args() {
    return Arbitraries.frequencyOf(
        Tuple.of(
            2,
            Arbitraries.of(
                "{}", "[]", "", "{\"a\":[" + "1e20,".repeat(15) + "1]}", "{".repeat(100))),
        Tuple.of(1, new CanonicalJsonProperties().texts()),
        Tuple.of(
            5,
            new CanonicalJsonProperties()
                .objects()
                .map(object -> JsonSpelling.of(object, object.hashCode()))));
  }

  /** What a time, a duration or nothing could be, near its limits and far beyond. */
  private static Arbitrary<Long> times() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            Long.MIN_VALUE,
            -1L,
            0L,
            1L,
            3_600_000L,
            3_600_001L,
            NOW - WINDOW - 1,
            NOW - WINDOW,
            NOW,
            NOW + 300_000,
            NOW + 300_001,
            Long.MAX_VALUE),
        Arbitraries.longs(),
        Arbitraries.longs().between(NOW - 2 * WINDOW, NOW));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
