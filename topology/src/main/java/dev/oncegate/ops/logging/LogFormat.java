package dev.oncegate.ops.logging;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.util.PropertiesUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** How lines of the log look: text for people, or a JSON object for each. */
public final class LogFormat {
  /** Text, as it is from the start. */
  public static final String TEXT = "text";

  /** A JSON object a line. */
  public static final String JSON = "json";

  private static final String JSON_CONFIGURATION = "/log4j2-json.properties";

  private LogFormat() {}

  /** Whether a line is to be a JSON object. */
  public static boolean isJson(String format) {
    return format.equals(JSON);
  }

  /**
   * Uses a format for the whole process, from the next line on. Where a user has brought a
   * configuration of Log4j's, that alone counts.
   *
   * @param format {@link #TEXT} or {@link #JSON}
   */
  public static void use(String format) {
    // OpenTelemetry speaks through java.util.logging.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    if (!isJson(format)) {
      return;
    }
    String own =
        PropertiesUtil.getProperties()
            .getStringProperty(ConfigurationFactory.CONFIGURATION_FILE_PROPERTY);
    if (own == null) {
      Configurator.reconfigure(jsonConfiguration());
    } else {
      Logger log = LoggerFactory.getLogger(LogFormat.class);
      log.info("gate.log.format is json, but the log is configured by {}: that one counts.", own);
    }
  }

  private static URI jsonConfiguration() {
    URL found = LogFormat.class.getResource(JSON_CONFIGURATION);
    if (found == null) {
      throw new IllegalStateException(JSON_CONFIGURATION + " is missing in the gate's jar");
    }
    try {
      return found.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
