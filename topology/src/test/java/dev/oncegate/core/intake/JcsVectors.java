package dev.oncegate.core.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The published test data of RFC 8785; see the README beside it. */
final class JcsVectors {
  private JcsVectors() {}

  static String read(String file) {
    try (InputStream in = JcsVectors.class.getResourceAsStream("jcs/" + file)) {
      if (in == null) {
        throw new IllegalArgumentException("no vector " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
