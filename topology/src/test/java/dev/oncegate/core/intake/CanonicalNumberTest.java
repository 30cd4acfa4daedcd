package dev.oncegate.core.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalNumberTest {

  @ParameterizedTest
  @CsvSource({
    "0000000000000000, 0",
    "8000000000000000, 0",
    "0000000000000001, 5e-324",
    "8000000000000001, -5e-324",
    "7fefffffffffffff, 1.7976931348623157e+308",
    "ffefffffffffffff, -1.7976931348623157e+308",
    "4340000000000000, 9007199254740992",
    "c340000000000000, -9007199254740992",
    "4430000000000000, 295147905179352830000",
    "44b52d02c7e14af5, 9.999999999999997e+22",
    "44b52d02c7e14af6, 1e+23",
    "44b52d02c7e14af7, 1.0000000000000001e+23",
    "444b1ae4d6e2ef4e, 999999999999999700000",
    "444b1ae4d6e2ef4f, 999999999999999900000",
    "444b1ae4d6e2ef50, 1e+21",
    "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d, 0.000001",
    "41b3de4355555553, 333333333.3333332",
    "41b3de4355555554, 333333333.33333325",
    "41b3de4355555555, 333333333.3333333",
    "41b3de4355555556, 333333333.3333334",
    "41b3de4355555557, 333333333.33333343",
    "becbf647612f3696, -0.0000033333333333333333",
    "43143ff3c1cb0959, 1424953923781206.2"
  })
  void writesTheSamplesOfTheRfcsAppendixB(String bits, String form) {
    double value = Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(bits));
    assertThat(CanonicalNumber.format(value)).isEqualTo(form);
    StringBuilder out = new StringBuilder();
    assertThat(CanonicalNumber.append(form, 0, form.length(), out)).isNull();
    assertThat(out).hasToString(form);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7fffffffffffffff", "7ff0000000000000", "fff0000000000000"})
  void hasNoFormForWhatIsNoFiniteNumber(String bits) {
    double value = Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(bits));
    assertThatThrownBy(() -> CanonicalNumber.format(value))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The published sizes and checksums of the first lines of es6testfile100m.txt. */
  @ParameterizedTest
  @CsvSource({
    "1000, 37967, be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687",
    "10000, 399022, b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892",
    "100000, 4031728, 22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7",
    "1000000, 40357417, 49415fee2c56c77864931bd3624faad425c3c577d6d74e89a83bc725506dad16"
  })
  void writesThePublishedEs6NumberSamples(int lines, long bytes, String checksum)
      throws NoSuchAlgorithmException {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    Es6NumberSamples samples = new Es6NumberSamples();
    long size = 0;
    for (int i = 0; i < lines; i++) {
      double value = samples.next();
      String bits = Long.toHexString(Double.doubleToRawLongBits(value));
      byte[] line =
          (bits + "," + CanonicalNumber.format(value) + "\n").getBytes(StandardCharsets.US_ASCII);
      sha256.update(line);
      size += line.length;
    }
    assertThat(size).isEqualTo(bytes);
    assertThat(HexFormat.of().formatHex(sha256.digest())).isEqualTo(checksum);
  }

  @Test
  void everySampleKeepsItsFormOnTheWayThroughText() {
    Es6NumberSamples samples = new Es6NumberSamples();
    for (int i = 0; i < 100_000; i++) {
      String form = CanonicalNumber.format(samples.next());
      StringBuilder out = new StringBuilder();
      assertThat(CanonicalNumber.append(form, 0, form.length(), out)).isNull();
      assertThat(out).hasToString(form);
    }
  }

  @Test
  void aLiteralOfAMillionDigitsCostsNoMoreThanReadingIt() {
    String ones = "1".repeat(1_000_000);
    StringBuilder out = new StringBuilder();
    assertThat(CanonicalNumber.append(ones, 0, ones.length(), out)).contains("would change");
    String zeros = "0." + "0".repeat(1_000_000) + "1";
    assertThat(CanonicalNumber.append(zeros, 0, zeros.length(), out)).contains("would change");
    assertThat(out).isEmpty();
  }
}
