package dev.oncegate.gate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.PayloadHash;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.Outcome;
import java.util.HexFormat;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What was stored once is read by every later version. */
class ActionEntryFormatTest {
  /** Written by form 1. Never to be changed: state of this form lies on disks. */
  private static final String FORM_1 =
      "01070140000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0680a0abfef962d0afabfef9"
          + "6290d9b2fef9620672756e0c626f6f6bc3a903ffffffffffffffd6221c6167656e742e636f6d6d616e647306ce49001c"
          + "6167656e742e636f6d6d616e647304540c0102740a01020601047b7d01206170706c69636174696f6e2f6a736f6e010c"
          + "73333a2f2f62010245010677687901a0bfabfef96201046162";

  private static final ActionEntry OF_FORM_1 =
      new ActionEntry(
          ActionEntry.Status.FAILED,
          new PayloadHash(1, bytes(32)),
          3,
          1_700_000_000_000L,
          1_700_000_001_000L,
          1_700_000_061_000L,
          "run",
          "book\u00e9",
          SideEffectClass.DESTRUCTIVE,
          -42,
          17,
          new Coordinates("agent.commands", 3, 4_711),
          new Coordinates("agent.commands", 2, 42),
          6,
          new ActionEntry.Token("t", 5),
          new Outcome(
              Outcome.Status.FAILED,
              3,
              "{}",
              "application/json",
              "s3://b",
              "E",
              "why",
              1_700_000_002_000L),
          "ab");

  @Property
  void whatIsWrittenIsRead(@ForAll("entries") ActionEntry entry) {
    assertThat(ActionEntryFormat.fromBytes(ActionEntryFormat.toBytes(entry))).isEqualTo(entry);
  }

  @Provide
  Arbitrary<ActionEntry> entries() {
    return AnEntry.any();
  }

  @Test
  void form1IsRead() {
    assertThat(ActionEntryFormat.fromBytes(HexFormat.of().parseHex(FORM_1))).isEqualTo(OF_FORM_1);
  }

  @Test
  void form1IsWhatIsWritten() {
    assertThat(HexFormat.of().formatHex(ActionEntryFormat.toBytes(OF_FORM_1))).isEqualTo(FORM_1);
  }

  @Test
  void aFormOfALaterVersionIsRefusedWithWhatToDo() {
    byte[] bytes = ActionEntryFormat.toBytes(OF_FORM_1);
    for (byte form : new byte[] {0, 2, 99, -1}) {
      bytes[0] = form;
      assertThatThrownBy(() -> ActionEntryFormat.fromBytes(bytes))
          .isInstanceOf(StateFormatException.class)
          .hasMessageContaining("in form " + form)
          .hasMessageContaining("Run a version at least as new as the one that wrote it.");
    }
  }

  @Test
  void aStatusOfALaterVersionIsRefused() {
    byte[] bytes = ActionEntryFormat.toBytes(OF_FORM_1);
    bytes[1] = 8;

    assertThatThrownBy(() -> ActionEntryFormat.fromBytes(bytes))
        .isInstanceOf(StateFormatException.class);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }
}
