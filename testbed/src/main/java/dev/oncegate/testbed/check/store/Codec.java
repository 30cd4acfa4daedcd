package dev.oncegate.testbed.check.store;

/** How a value is written to disk and read back, and what it weighs in the heap. */
public interface Codec<V> {
  void write(V value, Out out);

  V read(In in);

  /** Bytes of heap that the value takes by now, roughly. */
  int heapBytes(V value);
}
