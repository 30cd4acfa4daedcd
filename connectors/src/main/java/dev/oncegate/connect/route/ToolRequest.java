package dev.oncegate.connect.route;

import dev.oncegate.schema.ActionEffect;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call, ready to be sent, but for authentication.
 *
 * @param headers by name
 * @param body null: none
 */
public record ToolRequest(
    String method, URI uri, Map<String, String> headers, @Nullable String body) {

  /**
   * @param actionId see {@link IdempotencyKey}
   * @throws TemplateException where the effect does not fill the tool's templates; it never will
   */
  public static ToolRequest of(Tool tool, ActionEffect effect, String actionId, Carried carried)
      throws TemplateException {
    EffectValues values = new EffectValues(effect, actionId);
    Map<String, String> headers = new LinkedHashMap<>();
    String body = null;
    Template template = tool.body();
    if (template != null) {
      body = template.fill(values);
    } else if (tool.sendsArgs()) {
      body = effect.getArgs();
    }
    if (body != null) {
      headers.put("Content-Type", tool.contentType());
    }
    for (Map.Entry<String, Template> header : tool.headers().entrySet()) {
      headers.put(header.getKey(), header.getValue().fill(values));
    }
    headers.putAll(tool.constants());
    headers.put(tool.idempotencyHeader(), tool.quoted() ? '"' + actionId + '"' : actionId);
    carry(headers, tool, carried);
    return new ToolRequest(tool.method(), uri(tool, values), headers, body);
  }

  private static void carry(Map<String, String> headers, Tool tool, Carried carried) {
    if (carried.hasTrace()) {
      headers.put("traceparent", String.valueOf(carried.traceparent()));
      String state = carried.tracestate();
      if (state != null && Carried.isHeaderSafe(state)) {
        headers.put("tracestate", state);
      }
    }
    String correlation = carried.correlationId();
    if (correlation != null) {
      headers.put(
          tool.correlationHeader(),
          Carried.isHeaderSafe(correlation)
              ? correlation
              : URLEncoder.encode(correlation, StandardCharsets.UTF_8));
    }
  }

  private static URI uri(Tool tool, EffectValues values) throws TemplateException {
    try {
      return new URI(tool.url().fill(values));
    } catch (URISyntaxException e) {
      throw new TemplateException("the URL is none after the values were filled in");
    }
  }

  /** Not the headers and the body: they may have secrets. */
  @Override
  public String toString() {
    return method + " " + uri.getScheme() + "://" + uri.getRawAuthority();
  }
}
