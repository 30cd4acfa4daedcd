package dev.oncegate.testbed.load;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.TrustedSchemas;
import dev.oncegate.testbed.agents.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one run will send, being written. A run has a client of its own: it places all its records
 * in one way, and writes with one version of the schema, unless it is told otherwise.
 */
final class Script {
  static {
    TrustedSchemas.trust();
  }

  private static final int AGENTS = 50;

  private final String runId;
  private final String agentId;
  private final Conduct conduct;
  private final RandomGenerator random;
  private final RandomGenerator pace;
  private final LoadSettings settings;
  private final List<Step> steps = new ArrayList<>();
  private final WriterSchema writer;
  private Placement placement;
  private Moment timestamp = Moment.NOW;
  private @Nullable Moment issuedAt;
  private long after;

  /**
   * A script that is empty yet.
   *
   * @param pace the chance of when steps come, apart from {@code random}, that of what they are
   */
  Script(
      long number,
      Conduct conduct,
      RandomGenerator random,
      RandomGenerator pace,
      LoadSettings settings) {
    this.runId =
        "%s-%x-%d"
            .formatted(
                conduct.name().toLowerCase(Locale.ROOT).replace('_', '-'), settings.seed(), number);
    this.agentId = "agent-" + random.nextInt(AGENTS);
    this.conduct = conduct;
    this.random = random;
    this.pace = pace;
    this.settings = settings;
    this.placement = anyPlacement();
    int lot = random.nextInt(10);
    this.writer =
        lot == 0 ? WriterSchema.OLDER : lot == 1 ? WriterSchema.NEWER : WriterSchema.CURRENT;
  }

  List<Step> steps() {
    return steps;
  }

  Conduct conduct() {
    return conduct;
  }

  RandomGenerator random() {
    return random;
  }

  String runId() {
    return runId;
  }

  /** From and to inclusive. */
  int between(int from, int to) {
    return random.nextInt(from, to + 1);
  }

  boolean oneIn(int count) {
    return random.nextInt(count) == 0;
  }

  <T> T oneOf(List<T> things) {
    return things.get(random.nextInt(things.size()));
  }

  /** The next step follows at once. */
  Script atOnce() {
    after = 0;
    return this;
  }

  /** The next step comes when others had their turn. */
  Script afterOthers() {
    after = 1 + pace.nextInt(2 * settings.runsAtOnce());
    return this;
  }

  /** The next step comes when nobody expects it any more. */
  Script muchLater() {
    int most = settings.lateRepeatsAfter();
    after = most / 2 + pace.nextInt(most / 2 + 1);
    return this;
  }

  /** From now on records bear these times. */
  Script timed(Moment ofRecords, @Nullable Moment ofIntents) {
    timestamp = ofRecords;
    issuedAt = ofIntents;
    return this;
  }

  /** From now on another client writes. */
  Script placed(Placement other) {
    placement = other;
    return this;
  }

  Placement anyPlacement() {
    int lot = random.nextInt(10);
    return lot < 7 ? Placement.MURMUR2 : Placement.values()[lot - 6];
  }

  /**
   * A command of this run; commands of a deadline are such that its executor has some seconds.
   *
   * @param key null: the gate derives one
   */
  ActionCommand.Builder command(
      SideEffectClass sideEffectClass, String tool, String args, @Nullable String key) {
    ActionCommand.Builder command =
        ActionCommand.newBuilder()
            .setRunId(runId)
            .setAgentId(agentId)
            .setTenant("tenant")
            .setTool(tool)
            .setArgs(args)
            .setIdempotencyKey(key)
            .setSideEffectClass(sideEffectClass);
    if (oneIn(2)) {
      command.setDeadlineMs((long) between(2_000, 8_000));
    }
    if (oneIn(4)) {
      command.setCorrelationId(runId + "/" + steps.size());
    }
    return command;
  }

  /** A command that writes. */
  ActionCommand.Builder write(String args, @Nullable String key) {
    return command(SideEffectClass.WRITE, "transfer", args, key);
  }

  /** A command that reads. */
  ActionCommand.Builder read(String args, @Nullable String key) {
    return command(SideEffectClass.READ, oneIn(2) ? "poll" : "look_up", args, key);
  }

  /** Arguments that no other call of the run has. */
  String freshArgs() {
    return "{\"amount\":%d.%02d,\"to\":\"account-%d\",\"note\":\"%s\",\"step\":%d}"
        .formatted(
            random.nextInt(10_000),
            random.nextInt(100),
            random.nextInt(1_000),
            "x".repeat(random.nextInt(200)),
            steps.size());
  }

  Script send(ActionCommand.Builder command) {
    return send(command.build());
  }

  Script send(ActionCommand command) {
    return add(new Delivery.Call(command, issuedAt, writer));
  }

  Script order(ControlType type) {
    return order(orderOf(type));
  }

  Script order(ControlCommand.Builder control) {
    return add(new Delivery.Order(control.build()));
  }

  ControlCommand.Builder orderOf(ControlType type) {
    return ControlCommand.newBuilder()
        .setControlId(runId + "/" + steps.size())
        .setType(type)
        .setRunId(runId)
        .setAgentId(agentId)
        .setTenant("tenant")
        .setReason("as its script says")
        .setIssuedBy("script");
  }

  Script stray(ActionOutcome.Builder outcome) {
    return add(new Delivery.Stray(outcome.build()));
  }

  Script add(Delivery.Payload payload) {
    steps.add(
        new Step(
            new Delivery(runId, conduct, payload, timestamp, placement, random.nextLong()), after));
    return afterOthers();
  }
}
