package dev.oncegate.testbed.check;

/** What must hold whatever happens, as far as the topics alone can tell. */
public enum Invariant {
  I1("one effect per attempt"),
  I2("one decision per command, run_seq without a gap"),
  I3("a forgotten key cannot fire twice"),
  I4("no effect after the circuit opened"),
  I5("published counts equal the commands"),
  I6("replays equal the stored result"),
  I7("nothing is dropped in silence");

  private final String title;

  Invariant(String title) {
    this.title = title;
  }

  /** The promise in a few words. */
  public String title() {
    return title;
  }
}
