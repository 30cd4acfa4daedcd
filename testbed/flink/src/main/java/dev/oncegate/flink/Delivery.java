package dev.oncegate.flink;

/** A command on its way through the job; Flink asks for fields and an empty constructor. */
public final class Delivery {
  public String action = "";
  public byte[] key = {};
  public byte[] value = {};

  /** Whether it is the effect; an answer otherwise. */
  public boolean isEffect;

  public Delivery() {}

  Delivery(String action, byte[] key, byte[] value, boolean isEffect) {
    this.action = action;
    this.key = key;
    this.value = value;
    this.isEffect = isEffect;
  }
}
