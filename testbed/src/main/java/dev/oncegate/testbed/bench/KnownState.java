package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.core.guard.Call;
import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.guard.RunGuard.Execution;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally.Item;
import dev.oncegate.core.intake.Admission;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intake;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.core.ledger.Decision;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.core.ledger.Settlement;
import dev.oncegate.gate.Commands;
import dev.oncegate.gate.store.ActionEntryFormat;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.RunStateFormat;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.schema.ActionCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * What a gate knows that has let many actions through and was told how they ended, written into the
 * changelogs of its stores by what decides and encodes in the gate too. A gate without state
 * restores it. A hundred million commands would take hours, and more disk than what is left of
 * them.
 */
final class KnownState {
  private final Course course;
  private final GateConfig config;
  private final long atMs;
  private final RunGuard guard;
  private final ActionLedger ledger;

  /**
   * @param atMs when all of it happened, in epoch milliseconds; the gate must have written an
   *     action of each partition since
   */
  KnownState(Course course, long atMs) {
    this.course = course;
    this.config = course.config();
    this.atMs = atMs;
    this.guard = new RunGuard(config.guardLimits(), config.guardLimitsByTool());
    this.ledger =
        new ActionLedger(config.getLong(GateKeys.CONFIRMATION_TTL_MS), config::attemptsMax);
  }

  /** Writes the first {@code known} actions of {@link Workload#nth}, and the runs they are of. */
  void write(String name, long seed, long known) {
    long generations = (known + Workload.GENERATION - 1) / Workload.GENERATION;
    try (Producer<byte[], byte[]> producer = Workload.producer(config)) {
      LongStream.range(0, generations)
          .parallel()
          .forEach(generation -> new Writer(producer, name, seed, known).write(generation));
      producer.flush();
    }
  }

  /** Writes runs one by one; its intake is not thread safe. */
  private final class Writer {
    private final Producer<byte[], byte[]> producer;
    private final String name;
    private final long seed;
    private final long known;
    private final Intake intake = new Intake(config.scope(), config.intakeLimits());

    Writer(Producer<byte[], byte[]> producer, String name, long seed, long known) {
      this.producer = producer;
      this.name = name;
      this.seed = seed;
      this.known = known;
    }

    void write(long generation) {
      long first = generation * Workload.GENERATION;
      for (int slot = 0; slot < Workload.RUNS_AT_ONCE; slot++) {
        RunState run = RunState.NEW;
        RunId id = null;
        for (long ordinal = first + slot;
            ordinal < Math.min(known, first + Workload.GENERATION);
            ordinal += Workload.RUNS_AT_ONCE) {
          ActionCommand command = Workload.nth(name, seed, ordinal);
          id = new RunId(command.getRunId(), command.getRunId());
          run = after(run, command, new Coordinates(course.commands(), 0, ordinal));
        }
        if (id != null) {
          RunState idle = run.countsPublished().withRetentionDue();
          send(RunStore.NAME, id.scope(), id.toBytes(), RunStateFormat.toBytes(idle));
        }
      }
    }

    /** The run after a command was accepted and its effect succeeded; writes the action. */
    private RunState after(RunState run, ActionCommand command, Coordinates at) {
      Intent intent =
          ((Admission.Admitted) intake.admit(Commands.of(command), at, atMs, atMs)).intent();
      long seq = run.seq() + 1;
      ActionEntry pending =
          ((Decision.Accepted) ledger.decide(null, intent, at, seq, atMs, "")).after();
      ActionEntry settled = ((Settlement.Settled) ledger.settle(pending, success(command))).after();
      send(
          ActionStore.NAME,
          intent.id().scope(),
          inBucket(intent.id().toBytes()),
          ActionEntryFormat.toBytes(settled));
      Call.Identity identity =
          new Call.Identity(intent.tool(), intent.argsHash(), intent.fingerprint());
      Call call = new Call(identity, Call.Kind.CALL, true, false, atMs, seq);
      RunState counted =
          guard
              .judge(run, call, atMs)
              .run()
              .withNextSeq(atMs)
              .counted(Item.EFFECT, atMs, config.getLong(GateKeys.COUNTS_WINDOW_MS))
              .withNextSeq(atMs);
      Execution execution =
          new Execution(
              intent.fingerprint(),
              intent.sideEffectClass(),
              RunGuard.Ending.SUCCEEDED,
              seq,
              intent.fingerprint() | 1,
              null);
      return guard.learn(counted, execution, atMs).run();
    }

    /** The key of a changelog of windows: start of the window behind the key, and a 0. */
    private byte[] inBucket(byte[] key) {
      long windowMs = config.getLong(GateKeys.DEDUP_WINDOW_MS);
      return ByteBuffer.allocate(key.length + Long.BYTES + Integer.BYTES)
          .put(key)
          .putLong(Math.floorDiv(atMs, windowMs) * windowMs)
          .array();
    }

    private void send(String store, String scope, byte[] key, byte[] value) {
      int partition =
          BuiltInPartitioner.partitionForKey(
              scope.getBytes(StandardCharsets.UTF_8), course.partitions());
      String changelog = "%s-%s-changelog".formatted(config.applicationId(), store);
      producer.send(new ProducerRecord<>(changelog, partition, key, value));
    }
  }

  private static Outcome success(ActionCommand command) {
    return new Outcome(
        Outcome.Status.SUCCEEDED,
        1,
        Answering.resultOf(command.getRunId(), command.getIdempotencyKey()),
        null,
        null,
        null,
        null,
        null);
  }
}
