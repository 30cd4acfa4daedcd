package dev.oncegate.testbed.check;

import dev.oncegate.schema.RecordCoordinates;

/** Where a record lies. */
record Place(String topic, int partition, long offset) {
  static Place of(RecordCoordinates coordinates) {
    return new Place(coordinates.getTopic(), coordinates.getPartition(), coordinates.getOffset());
  }

  @Override
  public String toString() {
    return topic + "-" + partition + "@" + offset;
  }
}
