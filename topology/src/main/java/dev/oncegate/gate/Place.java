package dev.oncegate.gate;

import dev.oncegate.config.HostAndPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the state of a scope is, as far as this instance knows.
 *
 * @param partition of the scope
 * @param active the instance that processes it; null where none does at this moment, or none is
 *     known
 * @param here whether that is this instance
 * @param standbys the instances that keep a copy, which may be a while old
 */
public record Place(
    int partition, @Nullable HostAndPort active, boolean here, List<HostAndPort> standbys) {

  public Place {
    standbys = List.copyOf(standbys);
  }
}
