package dev.oncegate.connect.run;

import dev.oncegate.connect.flow.OffsetBook;

/** One partition from the moment it is assigned to this task until it is taken away. */
public final class Assignment {
  private final String topic;
  private final int partition;
  private final long endAtOpen;
  private final OffsetBook book = new OffsetBook();
  private volatile boolean over;

  /**
   * @param endAtOpen where the partition ended when it was assigned: who had it before can have
   *     called the tools of the effects before that, and of none after
   */
  public Assignment(String topic, int partition, long endAtOpen) {
    this.topic = topic;
    this.partition = partition;
    this.endAtOpen = endAtOpen;
  }

  /** Which effects are settled. */
  public OffsetBook book() {
    return book;
  }

  /** Whether another executor can have called the tool of an effect. */
  boolean isInherited(long offset) {
    return offset < endAtOpen;
  }

  /** It was taken away: no more calls are begun. */
  public void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  String topic() {
    return topic;
  }

  int partition() {
    return partition;
  }
}
