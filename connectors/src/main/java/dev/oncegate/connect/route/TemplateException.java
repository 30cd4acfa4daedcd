package dev.oncegate.connect.route;

/** A template that cannot be understood, or that cannot be filled from an effect. */
public final class TemplateException extends Exception {
  TemplateException(String message) {
    super(message);
  }
}
