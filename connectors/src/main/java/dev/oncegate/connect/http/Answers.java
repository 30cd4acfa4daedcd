package dev.oncegate.connect.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which part of an answer is kept, and in which form: pure.
 *
 * @param envelope whether the result is an object with status, headers and body, and not the body
 *     alone
 * @param headers which are kept, by lower-case name
 * @param inlineMaxBytes most bytes of UTF-8 in a result
 * @param maxBytes most bytes of a body that is kept elsewhere
 */
public record Answers(boolean envelope, List<String> headers, int inlineMaxBytes, long maxBytes) {
  private static final Pattern CHARSET =
      Pattern.compile("charset\\s*=\\s*\"?([^\\s\";]+)", Pattern.CASE_INSENSITIVE);
  private static final int MAX_HEADER = 1_024;
  private static final int MAX_CONTENT_TYPE = 255;
  private static final String JSON_TYPE = "application/json";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** Those headers of an answer that are kept; the values of one name joined by commas. */
  Map<String, String> selected(HttpHeaders from) {
    Map<String, String> selected = new TreeMap<>();
    for (String name : headers) {
      List<String> values = from.allValues(name);
      if (!values.isEmpty()) {
        String joined = String.join(", ", values);
        selected.put(
            name, joined.length() <= MAX_HEADER ? joined : joined.substring(0, MAX_HEADER));
      }
    }
    return selected;
  }

  /** The media type of an answer; null where it has none, or none that an outcome may carry. */
  static @Nullable String contentType(HttpHeaders from) {
    return from.firstValue("content-type")
        .filter(type -> type.length() <= MAX_CONTENT_TYPE)
        .orElse(null);
  }

  /** Whether a body of this type is text as far as its type says. */
  static boolean isText(@Nullable String contentType) {
    if (contentType == null) {
      return true;
    }
    String type = mediaType(contentType);
    return type.startsWith("text/")
        || isJson(type)
        || type.equals("application/xml")
        || type.endsWith("+xml")
        || type.equals("application/x-www-form-urlencoded")
        || type.equals("application/yaml")
        || type.equals("application/x-ndjson");
  }

  /**
   * The body as an outcome carries it.
   *
   * @return null where it is no text or does not fit
   */
  Body.@Nullable Inline inline(
      int status, Map<String, String> kept, @Nullable String contentType, byte[] body) {
    String text = isText(contentType) ? decoded(contentType, body) : null;
    if (text == null) {
      return null;
    }
    String result = envelope ? enveloped(status, kept, contentType, text) : text;
    if (result.getBytes(StandardCharsets.UTF_8).length > inlineMaxBytes) {
      return null;
    }
    return new Body.Inline(result, envelope ? JSON_TYPE : contentType);
  }

  /** What an outcome carries of an answer without a body, or whose body is kept elsewhere. */
  @Nullable String withoutBody(int status, Map<String, String> kept) {
    return envelope ? enveloped(status, kept, null, null) : null;
  }

  private static @Nullable String decoded(@Nullable String contentType, byte[] body) {
    try {
      return charset(contentType).newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException
        | IllegalCharsetNameException
        | UnsupportedCharsetException e) {
      return null;
    }
  }

  private static Charset charset(@Nullable String contentType) {
    Matcher named = CHARSET.matcher(contentType == null ? "" : contentType);
    return named.find() ? Charset.forName(named.group(1)) : StandardCharsets.UTF_8;
  }

  private static String enveloped(
      int status, Map<String, String> kept, @Nullable String contentType, @Nullable String body) {
    ObjectNode object = JSON.createObjectNode().put("status", status);
    ObjectNode inner = object.putObject("headers");
    kept.forEach(inner::put);
    if (body != null) {
      try {
        if (contentType != null && isJson(mediaType(contentType))) {
          object.set("body", JSON.readTree(body));
        } else {
          object.put("body", body);
        }
      } catch (JsonProcessingException e) {
        // It says that it is JSON, and is not.
        object.put("body", body);
      }
    }
    return object.toString();
  }

  private static String mediaType(String contentType) {
    int end = contentType.indexOf(';');
    return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  private static boolean isJson(String mediaType) {
    return mediaType.equals(JSON_TYPE) || mediaType.endsWith("+json");
  }
}
