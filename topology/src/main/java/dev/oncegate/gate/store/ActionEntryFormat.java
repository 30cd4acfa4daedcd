package dev.oncegate.gate.store;

import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.PayloadHash;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of an {@link ActionEntry}. The first byte is the form's number; a new form
 * appends fields, and every older one stays readable.
 *
 * <p>Enums are stored by codes of their own, so that reordering an enum cannot reinterpret what is
 * stored.
 */
public final class ActionEntryFormat {
  private static final int NEWEST = 1;

  private ActionEntryFormat() {}

  /** The bytes of an entry, in the newest form. */
  public static byte[] toBytes(ActionEntry entry) {
    BinaryWriter out =
        new BinaryWriter()
            .writeByte(NEWEST)
            .writeByte(StoredCodes.of(entry.status()))
            .writeByte(entry.payloadHash().version())
            .writeBytes(entry.payloadHash().bytes())
            .writeLong(entry.attempt())
            .writeLong(entry.firstSeenMs())
            .writeLong(entry.rememberedFromMs())
            .writeLong(entry.deadlineMs())
            .writeText(entry.runId())
            .writeText(entry.tool())
            .writeByte(StoredCodes.of(entry.sideEffectClass()))
            .writeFixedLong(entry.fingerprint())
            .writeLong(entry.effectSeq());
    write(out, entry.command());
    boolean sameCommand = entry.first().equals(entry.command());
    out.writeBoolean(sameCommand);
    if (!sameCommand) {
      write(out, entry.first());
    }
    out.writeLong(entry.unanswered());
    write(out, entry.token());
    write(out, entry.outcome());
    return out.writeOptionalText(entry.reportedHash()).toBytes();
  }

  /**
   * The entry of bytes of any form.
   *
   * @throws StateFormatException where the form is newer than this version knows
   */
  public static ActionEntry fromBytes(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    int form = in.readByte();
    if (form < 1 || form > NEWEST) {
      throw new StateFormatException("An action", form, NEWEST);
    }
    ActionEntry.Status status = StoredCodes.status(in.readByte());
    PayloadHash hash = new PayloadHash(in.readByte(), in.readBytes());
    int attempt = in.readInt();
    long firstSeenMs = in.readLong();
    long rememberedFromMs = in.readLong();
    long deadlineMs = in.readLong();
    String runId = in.readText();
    String tool = in.readText();
    SideEffectClass sideEffectClass = StoredCodes.sideEffectClass(in.readByte());
    long fingerprint = in.readFixedLong();
    long effectSeq = in.readLong();
    Coordinates command = readCoordinates(in);
    Coordinates first = in.readBoolean() ? command : readCoordinates(in);
    long unanswered = in.readLong();
    ActionEntry.Token token = readToken(in);
    Outcome outcome = readOutcome(in);
    return new ActionEntry(
        status,
        hash,
        attempt,
        firstSeenMs,
        rememberedFromMs,
        deadlineMs,
        runId,
        tool,
        sideEffectClass,
        fingerprint,
        effectSeq,
        command,
        first,
        unanswered,
        token,
        outcome,
        in.readOptionalText());
  }

  private static void write(BinaryWriter out, Coordinates at) {
    out.writeText(at.topic()).writeLong(at.partition()).writeLong(at.offset());
  }

  private static Coordinates readCoordinates(BinaryReader in) {
    return new Coordinates(in.readText(), in.readInt(), in.readLong());
  }

  private static void write(BinaryWriter out, ActionEntry.@Nullable Token token) {
    out.writeBoolean(token != null);
    if (token != null) {
      out.writeText(token.value()).writeLong(token.expiresAtMs());
    }
  }

  private static ActionEntry.@Nullable Token readToken(BinaryReader in) {
    return in.readBoolean() ? new ActionEntry.Token(in.readText(), in.readLong()) : null;
  }

  private static void write(BinaryWriter out, @Nullable Outcome outcome) {
    out.writeBoolean(outcome != null);
    if (outcome != null) {
      out.writeByte(StoredCodes.of(outcome.status()))
          .writeLong(outcome.attempt())
          .writeOptionalText(outcome.result())
          .writeOptionalText(outcome.contentType())
          .writeOptionalText(outcome.resultUri())
          .writeOptionalText(outcome.errorCode())
          .writeOptionalText(outcome.errorMessage())
          .writeOptionalLong(outcome.completedAtMs());
    }
  }

  private static @Nullable Outcome readOutcome(BinaryReader in) {
    if (!in.readBoolean()) {
      return null;
    }
    return new Outcome(
        StoredCodes.outcomeStatus(in.readByte()),
        in.readInt(),
        in.readOptionalText(),
        in.readOptionalText(),
        in.readOptionalText(),
        in.readOptionalText(),
        in.readOptionalText(),
        in.readOptionalLong());
  }
}
