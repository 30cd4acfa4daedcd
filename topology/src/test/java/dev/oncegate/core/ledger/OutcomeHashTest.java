package dev.oncegate.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Hashes of outcomes are stored: one that came out otherwise in a later version would make every
 * repeated outcome a contradiction.
 */
class OutcomeHashTest {

  /** Computed by another program. Never to be changed. */
  @ParameterizedTest
  @CsvSource({
    "SUCCEEDED, 3b3a93499d2ac3013391782dce839d52d74b4fe21dad2b684310ead5b335393b",
    "FAILED, 8373070b9dbc84fa9dd359373224e81cf6dbf5c0186393fd3afe34c57463ede5",
    "FAILED_TRANSIENT, 0a4049ebe9e824e8f68c35c9da0f17394d3ac8ceb8e922515717667069ca3b68"
  })
  void theHashOfAnOutcomeIsWhatItAlwaysWas(Outcome.Status status, String hash) {
    Outcome outcome =
        new Outcome(
            status,
            7,
            "{\"pnr\": \"X\u00e9\"}",
            "application/json",
            "s3://b/o",
            "E42",
            "why",
            1_700_000_000_000L);

    assertThat(ActionLedger.hash(outcome)).isEqualTo(hash);
  }

  @Test
  void nothingAndAnEmptyTextAreHashedAsTheyAlwaysWere() {
    assertThat(ActionLedger.hash(succeeded(null)))
        .isEqualTo("49b4f8eb1991390f6e2441ad4a0980882121ea8b17417786b4aff4f96742c36c");
    assertThat(ActionLedger.hash(succeeded("")))
        .isEqualTo("fe3848492776338f3d0d3657b3a8a6a330eb30b98ff3f835934c38e1ea75fd10");
  }

  @Test
  void everyStatusHasAHashOfItsOwn() {
    Set<String> hashes = new HashSet<>();
    for (Outcome.Status status : Outcome.Status.values()) {
      hashes.add(ActionLedger.hash(new Outcome(status, 1, null, null, null, null, null, null)));
    }
    assertThat(hashes).hasSameSizeAs(Outcome.Status.values());
  }

  private static Outcome succeeded(@Nullable String result) {
    return new Outcome(Outcome.Status.SUCCEEDED, 1, result, null, null, null, null, null);
  }
}
