package dev.oncegate.gate;

import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Files of a store that RocksDB finds corrupt. Trying again meets them again, at every start, but
 * all that the stores hold lies in their changelogs too: without the files it is restored.
 *
 * <p>A full disk, a lock that somebody holds and the like are no damage.
 */
final class DamagedState {
  private static final int MOST_CAUSES = 50;

  private DamagedState() {}

  /** Whether a failure comes of it. */
  static boolean isBehind(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
      if (cause instanceof RocksDBException told
          && told.getStatus() != null
          && told.getStatus().getCode() == Status.Code.Corruption) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
