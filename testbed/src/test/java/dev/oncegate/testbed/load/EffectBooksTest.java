package dev.oncegate.testbed.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.testbed.agents.Attempt;
import org.junit.jupiter.api.Test;

class EffectBooksTest {
  private final EffectBooks books = new EffectBooks();

  @Test
  void theSameRecordAgainIsNoSecondPermission() {
    books.deliver(new Attempt("run", "key", 1), 0, 0, true);
    books.deliver(new Attempt("run", "key", 1), 0, 0, true);
    assertThat(books.twice()).isEmpty();
    assertThat(books.permittedAgain()).isZero();
    assertThat(books.attempts()).isEqualTo(1);
  }

  @Test
  void anotherRecordForTheSameAttemptIsOneTooMany() {
    Attempt attempt = new Attempt("run", "key", 2);
    books.deliver(attempt, 3, 17, true);
    books.deliver(attempt, 3, 18, false);
    books.deliver(attempt, 4, 17, true);
    assertThat(books.twice()).containsExactly(attempt);
    assertThat(books.permittedAgain()).isEqualTo(2);
  }

  @Test
  void attemptsKeysAndScopesAreToldApart() {
    books.deliver(new Attempt("run", "key", 1), 0, 0, true);
    books.deliver(new Attempt("run", "key", 2), 0, 1, true);
    books.deliver(new Attempt("run", "ke", 1), 0, 2, true);
    books.deliver(new Attempt("runk", "ey", 1), 0, 3, true);
    assertThat(books.twice()).isEmpty();
    assertThat(books.attempts()).isEqualTo(4);
  }

  @Test
  void whatWasBookedIsStillKnownWhenTheBooksHaveGrown() {
    int many = 300_000;
    for (int i = 0; i < many; i++) {
      books.deliver(new Attempt("run-" + i % 1_000, "key-" + i, 1), i % 4, i, true);
    }
    assertThat(books.attempts()).isEqualTo(many);
    for (int i = 0; i < many; i += 1_000) {
      books.deliver(new Attempt("run-" + i % 1_000, "key-" + i, 1), i % 4, i, true);
    }
    assertThat(books.twice()).isEmpty();
    books.deliver(new Attempt("run-0", "key-0", 1), 0, many, true);
    assertThat(books.twice()).containsExactly(new Attempt("run-0", "key-0", 1));
  }
}
