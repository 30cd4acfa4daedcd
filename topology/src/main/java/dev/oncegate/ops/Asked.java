package dev.oncegate.ops;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for.
 *
 * @param target path and query as they were sent, to be carried on unchanged
 * @param path as it was sent: a name in it may have an encoded slash
 * @param forwarded whether another instance asks, which is told what is known here and nothing
 *     else: two instances that each take the other for the owner must not ask each other for ever
 */
record Asked(String target, String path, Map<String, String> parameters, boolean forwarded) {
  /** Names the instance that carried a request on. */
  static final String FORWARDED_BY = "Oncegate-Forwarded-By";

  private static final int MOST_CHARACTERS = 255;

  Asked {
    parameters = Map.copyOf(parameters);
  }

  static Asked of(Request request) {
    HttpURI uri = request.getHttpURI();
    String query = uri.getQuery();
    return new Asked(
        uri.getPathQuery(),
        uri.getPath(),
        query == null ? Map.of() : parameters(query),
        request.getHeaders().contains(FORWARDED_BY));
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1).replace('+', ' '));
      if (parameters.put(name, value) != null) {
        throw new Refused(Problem.INVALID_REQUEST, name + " is given twice.");
      }
    }
    return parameters;
  }

  /** A part of the path that names something. */
  static String name(String encoded) {
    return checked("A name in the path", decoded(encoded));
  }

  /** The parameter; null where it is not given. */
  @Nullable String parameter(String name) {
    return parameters.get(name);
  }

  /** The parameter that has to be given and names something. */
  String required(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new Refused(Problem.INVALID_REQUEST, "The parameter " + name + " is missing.");
    }
    return checked(name, value);
  }

  /** A misspelt parameter would be answered as if it were not there. */
  void allowOnly(Set<String> names) {
    for (String name : parameters.keySet()) {
      if (!names.contains(name)) {
        throw new Refused(
            Problem.INVALID_REQUEST,
            names.isEmpty()
                ? "%s is no parameter here; there are none.".formatted(name)
                : "%s is no parameter here; there are %s."
                    .formatted(name, String.join(", ", names.stream().sorted().toList())));
      }
    }
  }

  private static String checked(String what, String value) {
    if (value.isBlank() || value.length() > MOST_CHARACTERS) {
      throw new Refused(
          Problem.INVALID_REQUEST,
          "%s is %d characters long or blank; allowed are 1 to %d."
              .formatted(what, value.length(), MOST_CHARACTERS));
    }
    return value;
  }

  private static String decoded(String encoded) {
    try {
      // Only a form has + for a blank.
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refused(Problem.INVALID_REQUEST, "The address has a % that is no encoded byte.");
    }
  }
}
