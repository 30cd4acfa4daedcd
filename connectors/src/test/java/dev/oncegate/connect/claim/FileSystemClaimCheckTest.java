package dev.oncegate.connect.claim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemClaimCheckTest {
  @TempDir Path directory;
  private final FileSystemClaimCheck claimCheck = new FileSystemClaimCheck();

  @BeforeEach
  void configure() {
    claimCheck.configure(Map.of("claim.check.directory", directory.toString()));
  }

  private URI keep(String actionId, int attempt, String... parts) throws IOException {
    ClaimCheck.Deposit deposit = claimCheck.open(actionId, attempt);
    for (String part : parts) {
      deposit.write(ByteBuffer.wrap(part.getBytes(StandardCharsets.UTF_8)));
    }
    return deposit.complete();
  }

  @Test
  void whatWasWrittenIsReadUnderTheUri() throws IOException {
    URI uri = keep("a", 1, "one ", "two");
    assertThat(Path.of(uri)).hasContent("one two");
  }

  @Test
  void theSameBytesHaveTheSameUriAndOthersAnother() throws IOException {
    URI first = keep("a", 1, "one");
    assertThat(keep("a", 1, "o", "ne")).isEqualTo(first);
    assertThat(keep("a", 1, "two")).isNotEqualTo(first);
    assertThat(keep("a", 2, "one")).isNotEqualTo(first);
    assertThat(keep("b", 1, "one")).isNotEqualTo(first);
  }

  @Test
  void nothingIsSeenBeforeTheEndNorLeftAfterAnAbort() throws IOException {
    ClaimCheck.Deposit deposit = claimCheck.open("a", 1);
    deposit.write(ByteBuffer.wrap(new byte[10]));
    try (var files = Files.list(directory)) {
      assertThat(files).allSatisfy(file -> assertThat(file.toString()).endsWith(".part"));
    }
    deposit.abort();
    assertThat(directory).isEmptyDirectory();
  }
}
