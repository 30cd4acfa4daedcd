package dev.oncegate.ops;

import java.util.Locale;

/** The kinds of problem (RFC 9457) an answer can be, each with its status. */
enum Problem {
  INVALID_REQUEST(400, "The request is not as described"),
  NOT_FOUND(404, "There is nothing at this address"),
  UNKNOWN_RUN(404, "The run is not known"),
  UNKNOWN_ACTION(404, "The action is not known"),
  METHOD_NOT_ALLOWED(405, "The address can only be read"),
  TOO_LARGE(413, "A request has no body here"),
  INTERNAL(500, "The endpoint failed"),
  /** The instance that holds the state does not answer, or not as one of ours. */
  INSTANCE_UNREACHABLE(503, "The instance that has the state does not answer"),
  STANDBY_ONLY(503, "Only a standby has the state"),
  NOT_AVAILABLE(503, "The state is not available at this moment"),
  BUSY(503, "Too many look-ups are under way"),
  UNHEALTHY(503, "The gate has ended"),
  NOT_READY(503, "The gate is not ready"),
  NOT_STARTED(503, "The gate has not been ready yet");

  private final int status;
  private final String title;

  Problem(int status, String title) {
    this.status = status;
    this.title = title;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  /** The type's URI: stable, and no address to be looked up. */
  String uri() {
    return "urn:oncegate:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
