package dev.oncegate.testbed.demo;

/** How far the demo is. */
public enum Stage {
  STARTING("starting broker, registry and gate"),
  PLAYING("the agents act"),
  SETTLING("waiting until all is decided and settled"),
  CHECKING("reading the topics back and checking"),
  CLOSING("closing");

  private final String words;

  Stage(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
