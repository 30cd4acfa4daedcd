package dev.oncegate.connect.http;

import org.jspecify.annotations.Nullable;

/** What an answer carried, in the form in which an outcome reports it. */
public sealed interface Body {
  /**
   * The outcome carries it.
   *
   * @param contentType its media type; null where the tool said none
   */
  record Inline(String result, @Nullable String contentType) implements Body {}

  /**
   * It is kept elsewhere.
   *
   * @param result what the outcome carries beside it; null: nothing
   * @param contentType media type of what is kept elsewhere, or of the result where there is one
   */
  record Elsewhere(String uri, @Nullable String result, @Nullable String contentType)
      implements Body {}

  /** There was none, or it was of no interest. */
  record None() implements Body {}

  /**
   * There was one that could not be kept.
   *
   * @param reason for people; the same for the same answer
   */
  record NotKept(String reason) implements Body {}
}
