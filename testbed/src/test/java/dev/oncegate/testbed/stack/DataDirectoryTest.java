package dev.oncegate.testbed.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir private Path temporary;

  @Test
  void onlyOneHasItUntilItIsClosed() {
    Path path = temporary.resolve("new/data");
    try (DataDirectory first = DataDirectory.open(path)) {
      assertThatThrownBy(() -> DataDirectory.open(first.path()))
          .isInstanceOf(StackException.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("in use by process %d:", ProcessHandle.current().pid());
    }
    DataDirectory.open(path).close();
  }

  @Test
  void emptiedItIsStillTaken() throws Exception {
    Path nested = Files.createDirectories(temporary.resolve("a/b"));
    Files.writeString(nested.resolve("file"), "old");
    try (DataDirectory directory = DataDirectory.open(temporary)) {
      directory.empty();
      assertThat(temporary).isDirectoryNotContaining("glob:**/a");
      assertThatThrownBy(() -> DataDirectory.open(temporary)).isInstanceOf(StackException.class);
    }
  }

  @Test
  void aFileInItsPlaceIsToldBySomeoneWhoKnowsThePath() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "");
    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(StackException.class)
        .hasMessageContaining(file.toString());
  }
}
