package dev.oncegate.connect.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A text with places for values of an effect: <code>{{args.to}}</code>, or <code>{{args.note?}}
 * </code> where the value may be missing.
 *
 * <p>A value can never leave its place: in a URL it is percent-encoded, in a JSON text it is JSON
 * (within quotes: escaped), in a form it is encoded, and in a header control characters are
 * refused. Connect's own <code>${provider:…}</code> is another spelling, so neither stands in the
 * way of the other.
 */
public final class Template {
  /** Where the text goes, which decides how values are written into it. */
  public enum Kind {
    URL,
    HEADER,
    JSON,
    FORM,
    TEXT
  }

  private enum Place {
    PATH,
    QUERY,
    HEADER,
    JSON_VALUE,
    JSON_STRING,
    FORM,
    TEXT
  }

  private static final String OPEN = "{{";
  private static final String CLOSE = "}}";

  /** A piece of text, or a name with its place. */
  private sealed interface Part {
    record Literal(String text) implements Part {}

    record Named(String name, boolean optional, Place place) implements Part {}
  }

  private final String text;
  private final List<Part> parts;

  private Template(String text, List<Part> parts) {
    this.text = text;
    this.parts = parts;
  }

  /**
   * @throws TemplateException where a place is not closed, or its name stands for nothing
   */
  public static Template parse(String text, Kind kind) throws TemplateException {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (true) {
      int open = text.indexOf(OPEN, at);
      if (open < 0) {
        parts.add(new Part.Literal(text.substring(at)));
        return new Template(text, List.copyOf(parts));
      }
      int close = text.indexOf(CLOSE, open);
      if (close < 0) {
        throw new TemplateException("'{{' at character %d is not closed by '}}'".formatted(open));
      }
      parts.add(new Part.Literal(text.substring(at, open)));
      String name = text.substring(open + OPEN.length(), close).strip();
      boolean optional = name.endsWith("?");
      String bare = optional ? name.substring(0, name.length() - 1).strip() : name;
      if (!EffectValues.isName(bare)) {
        throw new TemplateException(
            "'{{%s}}' stands for nothing; there are args, args.NAME and %s"
                .formatted(name, String.join(", ", EffectValues.FIELDS)));
      }
      parts.add(new Part.Named(bare, optional, place(text, open, kind)));
      at = close + CLOSE.length();
    }
  }

  private static Place place(String text, int at, Kind kind) {
    return switch (kind) {
      case URL -> isWithinQuery(text, at) ? Place.QUERY : Place.PATH;
      case HEADER -> Place.HEADER;
      case JSON -> isWithinQuotes(text, at) ? Place.JSON_STRING : Place.JSON_VALUE;
      case FORM -> Place.FORM;
      case TEXT -> Place.TEXT;
    };
  }

  private static boolean isWithinQuery(String text, int at) {
    // The question mark of an optional place begins no query.
    return text.substring(0, at).replaceAll("\\{\\{.*?}}", "").indexOf('?') >= 0;
  }

  private static boolean isWithinQuotes(String text, int at) {
    boolean within = false;
    for (int i = 0; i < at; i++) {
      char c = text.charAt(i);
      if (c == '\\' && within) {
        i++;
      } else if (c == '"') {
        within = !within;
      }
    }
    return within;
  }

  /** The text before the first place. */
  public String prefix() {
    return parts.get(0) instanceof Part.Literal first ? first.text() : "";
  }

  /**
   * @throws TemplateException where a value is missing or may not stand in its place; the message
   *     names it and never shows it
   */
  public String fill(EffectValues values) throws TemplateException {
    StringBuilder out = new StringBuilder(text.length() + 64);
    for (Part part : parts) {
      if (part instanceof Part.Named named) {
        out.append(written(named, values.get(named.name())));
      } else if (part instanceof Part.Literal literal) {
        out.append(literal.text());
      }
    }
    return out.toString();
  }

  private static String written(Part.Named named, JsonNode value) throws TemplateException {
    boolean missing = value.isMissingNode() || value.isNull();
    if (missing && !named.optional()) {
      throw new TemplateException("%s is missing".formatted(named.name()));
    }
    return switch (named.place()) {
      case PATH -> pathSegment(named, missing ? "" : scalar(named, value));
      case QUERY -> missing ? "" : percentEncoded(scalar(named, value));
      case HEADER -> missing ? "" : headerSafe(named, scalar(named, value));
      case JSON_VALUE -> missing ? "null" : json(value);
      case JSON_STRING ->
          missing
              ? ""
              : String.valueOf(JsonStringEncoder.getInstance().quoteAsString(scalarOrJson(value)));
      case FORM -> missing ? "" : URLEncoder.encode(scalarOrJson(value), StandardCharsets.UTF_8);
      case TEXT -> missing ? "" : scalarOrJson(value);
    };
  }

  private static String pathSegment(Part.Named named, String value) throws TemplateException {
    // Each of these would name another resource than the one that was meant.
    if (value.isEmpty() || value.equals(".") || value.equals("..")) {
      throw new TemplateException(
          "%s is empty, '.' or '..', which may not stand in a path".formatted(named.name()));
    }
    return percentEncoded(value);
  }

  private static String percentEncoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static String headerSafe(Part.Named named, String value) throws TemplateException {
    if (!value.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new TemplateException(
          "%s has characters that may not stand in a header".formatted(named.name()));
    }
    return value.strip();
  }

  private static String scalar(Part.Named named, JsonNode value) throws TemplateException {
    if (value.isContainerNode()) {
      throw new TemplateException(
          "%s is an object or a list; only a text, a number or a boolean may stand here"
              .formatted(named.name()));
    }
    return scalarOrJson(value);
  }

  private static String scalarOrJson(JsonNode value) throws TemplateException {
    if (value.isContainerNode()) {
      return json(value);
    }
    return value.isBigDecimal() ? value.decimalValue().toPlainString() : value.asText();
  }

  private static String json(JsonNode value) throws TemplateException {
    try {
      return EffectValues.JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new TemplateException("a value cannot be written as JSON");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
