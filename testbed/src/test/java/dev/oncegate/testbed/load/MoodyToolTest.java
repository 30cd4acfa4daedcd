package dev.oncegate.testbed.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.TrustedSchemas;
import dev.oncegate.testbed.agents.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MoodyToolTest {
  static {
    TrustedSchemas.trust();
  }

  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final int RESULT_LIMIT = 32_768;

  private final MoodyTool tool = new MoodyTool(5);

  @Test
  void aRedeliveredEffectGetsTheSameAnswerAndAnotherAttemptAnswersOfItsOwn() {
    List<Answer> once = answers(tool, 1);
    assertThat(answers(new MoodyTool(5), 1)).isEqualTo(once);
    assertThat(answers(tool, 2)).isNotEqualTo(once);
    assertThat(answers(new MoodyTool(6), 1)).isNotEqualTo(once);
  }

  @Test
  void allWaysToMisbehaveOccur() {
    List<Answer> answers = answers(tool, 1);
    assertThat(answers).extracting(Answer::status).contains(OutcomeStatus.values());
    assertThat(answers).as("answers twice").anyMatch(answer -> answer.copies() == 2);
    assertThat(answers)
        .as("never answers, though it acts")
        .anyMatch(answer -> answer.copies() == 0 && answer.executes());
    assertThat(answers)
        .as("never answers, and does nothing")
        .anyMatch(answer -> answer.copies() == 0 && !answer.executes());
    assertThat(answers)
        .as("contradicts itself")
        .anyMatch(answer -> answer.then() != null && answer.then().status() != answer.status());
    assertThat(answers).as("is late").anyMatch(answer -> answer.after().compareTo(DEADLINE) > 0);
    assertThat(answers).as("says too much").anyMatch(answer -> length(answer) > RESULT_LIMIT);
    long plain =
        answers.stream()
            .filter(answer -> answer.status() == OutcomeStatus.SUCCEEDED)
            .filter(answer -> answer.copies() == 1 && answer.then() == null)
            .count();
    assertThat(plain).as("most are plain").isGreaterThan(answers.size() / 2);
  }

  @Test
  void noAnswerHoldsBackTheCommitForLong() {
    Answer slowest =
        IntStream.range(0, 2_000)
            .mapToObj(i -> tool.answer(effect("k" + i, 1, Duration.ofHours(1))))
            .reduce((one, other) -> one.after().compareTo(other.after()) > 0 ? one : other)
            .orElseThrow();
    assertThat(slowest.after()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void whatAnOperatorFindsIsWhatHappened() {
    for (int i = 0; i < 2_000; i++) {
      Answer answer = tool.answer(effect("k" + i, 1, DEADLINE));
      boolean wasDone = answer.executes() && answer.status() != OutcomeStatus.FAILED;
      assertThat(tool.executes("run", "k" + i, 1)).as("k%d: %s", i, answer).isEqualTo(wasDone);
    }
  }

  @Test
  void pollsTellSomethingNewEachTimeAndOthersTheSameOfTheSameArguments() {
    assertThat(result("poll", "a")).isNotEqualTo(result("poll", "b"));
    assertThat(result("look_up", "a")).isEqualTo(result("look_up", "b"));
  }

  /** Of the first key with such a beginning that gets a plain answer. */
  private String result(String name, String key) {
    return IntStream.range(0, 200)
        .mapToObj(
            i ->
                tool.answer(
                    ActionEffect.newBuilder(effect(key + i, 1, DEADLINE)).setTool(name).build()))
        .map(Answer::result)
        .filter(text -> text != null && (text.startsWith("seen by") || text.startsWith("done")))
        .findFirst()
        .orElseThrow();
  }

  private static int length(Answer answer) {
    return answer.result() == null ? 0 : answer.result().length();
  }

  private static List<Answer> answers(MoodyTool tool, int attempt) {
    return IntStream.range(0, 2_000)
        .mapToObj(i -> tool.answer(effect("k" + i, attempt, DEADLINE)))
        .toList();
  }

  private static ActionEffect effect(String key, int attempt, Duration deadline) {
    Instant decidedAt = Instant.ofEpochMilli(1_000);
    return ActionEffect.newBuilder()
        .setScope("run")
        .setRunId("run")
        .setTool("transfer")
        .setArgs("{}")
        .setArgsHash("hash")
        .setIdempotencyKey(key)
        .setAttempt(attempt)
        .setDecidedAt(decidedAt)
        .setDeadlineAt(decidedAt.plus(deadline))
        .setRunSeq(1)
        .setCommand(new RecordCoordinates("commands", 0, 0L))
        .build();
  }
}
