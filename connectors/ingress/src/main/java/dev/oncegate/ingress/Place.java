package dev.oncegate.ingress;

import dev.oncegate.schema.RecordCoordinates;

/** Where a command lies in the commands topic. */
record Place(int partition, long offset) {
  static Place of(RecordCoordinates at) {
    return new Place(at.getPartition(), at.getOffset());
  }
}
