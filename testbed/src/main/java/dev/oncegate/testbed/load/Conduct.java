package dev.oncegate.testbed.load;

import java.util.EnumMap;
import java.util.Map;

/** How an agent behaves in a run. */
public enum Conduct {
  HONEST(30, "calls tools one after the other, each with a key of its own; seldom sends one again"),
  PATIENT(8, "asks again and again, with pauses, until there is an outcome"),
  STORM(6, "sends the same commands many times at once"),
  LATE_REPEATS(5, "sends everything again when nobody expects it any more"),
  KEY_REUSE(4, "uses a key for other payloads, and for other spellings of the same"),
  LOOP(5, "repeats a cycle of one to five calls under ever new keys"),
  EVER_NEW_KEYS(3, "sends one payload under ever new keys at once"),
  ENDLESS(1, "does not stop at any number of calls"),
  LATE(5, "sends commands that are minutes old, or older than the dedup window"),
  FAR_FUTURE(2, "has a clock that is hours or ten years ahead"),
  FAR_PAST(2, "has a clock that stands in 1970"),
  SKEWED(3, "says of its intents that they are of another time than their records"),
  SCRAMBLED(6, "has the same command written by clients with other partitioners, keys or none"),
  UNREADABLE(3, "writes bytes that are no commands, outcomes or controls"),
  OVERSIZED(1, "sends arguments at and over the limit"),
  BAD_ARGS(3, "sends arguments that are no acceptable JSON"),
  BAD_NAMES(3, "sends blank, overlong and forbidden keys and names"),
  ARGS_HASH(2, "sends the hash of its arguments, right and wrong"),
  DESTRUCTIVE(3, "destroys things without a token, and with a guessed one"),
  NO_KEY(6, "leaves the keys to the gate"),
  HURRIED(6, "gives executors too little time, and then asks what happened"),
  ORDERED(4, "is stopped, released and let go by an operator while it works"),
  STRAY(2, "has outcomes reported for what nobody let through");

  private final int weight;
  private final String words;

  Conduct(int weight, String words) {
    this.weight = weight;
    this.words = words;
  }

  /** What it does, in words. */
  public String words() {
    return words;
  }

  /** How many runs behave so, for each that there is: all kinds, most of them honest. */
  public static Map<Conduct, Integer> usualMix() {
    Map<Conduct, Integer> mix = new EnumMap<>(Conduct.class);
    for (Conduct conduct : values()) {
      mix.put(conduct, conduct.weight);
    }
    return mix;
  }
}
