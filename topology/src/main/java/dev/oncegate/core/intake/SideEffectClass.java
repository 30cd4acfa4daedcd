package dev.oncegate.core.intake;

/** What an execution of a tool does to the world. */
public enum SideEffectClass {
  READ,
  WRITE,
  DESTRUCTIVE
}
