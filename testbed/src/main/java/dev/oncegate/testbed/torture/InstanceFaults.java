package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.stack.StackException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Faults of the gate's own instances: processes, state, disks and clocks. */
final class InstanceFaults {
  private static final Duration FROZEN = Rig.SESSION.plusSeconds(3);
  private static final Duration VISIT = Duration.ofSeconds(2);
  private static final Duration WRONG_TIME = Duration.ofSeconds(5);
  private static final Duration FULL = Duration.ofSeconds(15);
  private static final long LOOK_MS = 100;
  private static final int MOST_JUMP_S = 300;

  private final Rig rig;
  private final Probes probes;
  private int visitors;

  InstanceFaults(Rig rig, Probes probes) {
    this.rig = rig;
    this.probes = probes;
  }

  void kill(Blow blow, Random random) throws InterruptedException {
    Member victim = rig.anyAtWork(random);
    blow.hits(victim.name(), "");
    victim.kill();
    blow.awaitTakeOver();
    victim.begin();
    victim.awaitRunning();
    blow.isPutRight();
  }

  /** The zombie wakes up with a transaction that is not its any more, and must be fenced. */
  void freeze(Blow blow, Random random) throws InterruptedException {
    Member victim = rig.anyAtWork(random);
    blow.hits(victim.name(), "");
    victim.gate().freeze();
    try {
      blow.awaitTakeOver();
      blow.awaitAge(FROZEN);
    } finally {
      victim.gate().thaw();
    }
    blow.isPutRight();
  }

  void roll(Blow blow) throws InterruptedException {
    blow.hits("all instances", "");
    for (Member member : rig.members()) {
      member.stop();
      String end = member.gate().ended().join();
      if (!end.contains("exit code 0")) {
        blow.complain("%s was stopped in order: %s".formatted(member.name(), end));
      }
      member.begin();
      member.awaitRunning();
    }
    blow.isPutRight();
  }

  void scaleOutAndIn(Blow blow) throws InterruptedException {
    visitors++;
    String name = "visitor-" + visitors;
    blow.hits(name, "");
    Member visitor = rig.join(name);
    visitor.awaitRunning();
    Thread.sleep(VISIT.toMillis());
    visitor.stop();
    rig.left(visitor);
    blow.isPutRight();
  }

  void loseState(Blow blow, Random random) throws InterruptedException {
    Member victim = rig.anyAtWork(random);
    blow.hits(victim.name(), "");
    victim.kill();
    blow.awaitTakeOver();
    victim.gate().loseState();
    victim.begin();
    victim.awaitRunning();
    blow.isPutRight();
  }

  /** It is started again before others take over, so that it is given what it had. */
  void corruptState(Blow blow, Random random) throws InterruptedException {
    Member victim = rig.anyAtWork(random);
    List<Path> files = rocksDbFiles(victim.state());
    victim.kill();
    List<Path> left = files.stream().filter(Files::exists).toList();
    if (left.isEmpty()) {
      blow.hits(victim.name(), "it has no file yet");
    } else {
      Path file = left.get(random.nextInt(left.size()));
      blow.hits(victim.name(), victim.state().relativize(file).toString());
      overwrite(file, random);
    }
    victim.begin();
    victim.awaitRunning();
    blow.isPutRight();
  }

  /** Tables and manifests alike, for there are more of the former. */
  private static List<Path> rocksDbFiles(Path state) {
    try (Stream<Path> files = Files.walk(state)) {
      return files
          .filter(
              file -> {
                String name = String.valueOf(file.getFileName());
                return name.endsWith(".sst") || name.startsWith("MANIFEST-");
              })
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new StackException("%s cannot be read: %s".formatted(state, e), e);
    }
  }

  private static void overwrite(Path file, Random random) {
    try {
      byte[] garbage = new byte[(int) Math.max(64, Files.size(file))];
      random.nextBytes(garbage);
      Files.write(file, garbage);
    } catch (IOException e) {
      throw new StackException("%s cannot be overwritten: %s".formatted(file, e), e);
    }
  }

  void shiftClock(Blow blow, Random random) throws InterruptedException {
    Member victim = rig.anyAtWork(random);
    Duration by = Duration.ofSeconds(random.nextInt(2 * MOST_JUMP_S + 1) - MOST_JUMP_S);
    blow.hits(victim.name(), by.toSeconds() + " s");
    victim.shiftClock(by);
    blow.awaitAge(WRONG_TIME);
    victim.shiftClock(Duration.ZERO);
    blow.isPutRight();
  }

  /**
   * It works on a small disk for a while, which is filled up. What it is to do then: end or stand
   * still, and go on once there is room.
   */
  void fillDisk(Blow blow, Random random) throws InterruptedException {
    Member victim = rig.anyAtWork(random);
    SmallDisk disk = new SmallDisk(victim.state());
    victim.stop();
    victim.within(disk.command());
    victim.begin();
    // From its next start on it works on the disk it had before, with the state of that time.
    victim.within(List.of());
    victim.awaitRunning();
    if (!probes.awaitDecisionsSince(System.nanoTime(), FULL.multipliedBy(4))) {
      blow.complain("not all partitions went on after an instance was restarted in order");
    }
    long pid = victim.gate().pid();
    blow.hits(victim.name(), "");
    disk.fill(pid);
    long untilNs = System.nanoTime() + FULL.toNanos();
    while (ProcessHandle.of(pid).isPresent() && System.nanoTime() - untilNs < 0) {
      Thread.sleep(LOOK_MS);
    }
    disk.free(pid);
    blow.isPutRight();
  }
}
