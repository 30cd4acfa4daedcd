package dev.oncegate.connect.http;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** How the connector shows a tool who it is. Never printed: there are secrets in it. */
public sealed interface Login {
  /** Not at all, or by a client certificate alone. */
  record None() implements Login {}

  /** RFC 7617. */
  record Basic(String user, String password) implements Login {
    @Override
    public String toString() {
      return "Basic[hidden]";
    }
  }

  /** RFC 6750, with a token that does not change. */
  record Bearer(String token) implements Login {
    @Override
    public String toString() {
      return "Bearer[hidden]";
    }
  }

  /**
   * RFC 6749, section 4.4.
   *
   * @param scope null: none is asked for
   * @param inHeader whether id and secret go into the header Authorization, and not into the form
   */
  record ClientSecret(
      URI tokenUrl, String id, String secret, @Nullable String scope, boolean inHeader)
      implements Login {
    @Override
    public String toString() {
      return "ClientSecret[hidden]";
    }
  }
}
