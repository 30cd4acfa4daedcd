package dev.oncegate.connect.http;

import java.net.URI;
import java.net.http.HttpClient.Version;

/** Which HTTP a tool is spoken to in. */
public enum HttpVersion {
  /** HTTP/2 where TLS agrees on it, else HTTP/1.1: many servers mishandle the upgrade in clear. */
  AUTO,
  HTTP_1_1,
  HTTP_2;

  Version of(URI uri) {
    return switch (this) {
      case AUTO -> "https".equals(uri.getScheme()) ? Version.HTTP_2 : Version.HTTP_1_1;
      case HTTP_1_1 -> Version.HTTP_1_1;
      case HTTP_2 -> Version.HTTP_2;
    };
  }
}
