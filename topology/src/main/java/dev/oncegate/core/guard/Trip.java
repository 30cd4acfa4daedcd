package dev.oncegate.core.guard;

/**
 * A limit that a call went over.
 *
 * @param limit how many were allowed
 * @param count the how-manieth this call was
 */
public record Trip(Circuit.Cause cause, long limit, long count) {}
