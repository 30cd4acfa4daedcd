package dev.oncegate.ingress;

import java.util.Locale;

/** The kinds of problem (RFC 9457) an answer can be, each with its status. */
enum ProblemType {
  /** The ingress cannot make a command of the request. */
  INVALID_REQUEST(400, "The request is not as described"),
  IDEMPOTENCY_KEY_MISSING(400, "The action has no idempotency key"),
  /** The gate refuses the command. */
  INVALID_ACTION(400, "The action is invalid"),
  UNAUTHENTICATED(401, "Who asks is not known"),
  FORBIDDEN(403, "The action or run is not the caller's"),
  NOT_FOUND(404, "There is nothing at this address"),
  UNKNOWN_ACTION(404, "The action is not known to this instance"),
  METHOD_NOT_ALLOWED(405, "The address knows other methods"),
  IN_PROGRESS(409, "The action is being executed"),
  INDETERMINATE(409, "The action may or may not have happened"),
  EXPIRED(410, "The intent is too old"),
  TOO_LARGE(413, "The request is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body has to be JSON"),
  KEY_REUSED(422, "The key was used for another payload"),
  /** No 5xx: a client would send it again by itself, and be told the same for ever. */
  ACTION_FAILED(424, "The action was executed and failed for good"),
  CONFIRMATION_REQUIRED(428, "A destructive action needs a confirmation"),
  CIRCUIT_OPEN(429, "The run is stopped"),
  INTERNAL(500, "The ingress failed"),
  /** The gate is newer than this ingress. */
  NOT_UNDERSTOOD(502, "The gate's answer is not understood"),
  BUSY(503, "Too many requests are waiting"),
  NOT_WRITTEN(503, "The command could not be written"),
  NO_DECISION(503, "The gate has not answered in time"),
  ATTEMPT_FAILED(503, "The attempt failed for now"),
  ATTEMPT_RELEASED(503, "The attempt was given up by an operator");

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
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
