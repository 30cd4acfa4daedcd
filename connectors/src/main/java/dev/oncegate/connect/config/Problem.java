package dev.oncegate.connect.config;

/**
 * What is wrong with a setting.
 *
 * @param key its whole name
 * @param message what is allowed, for people; it does not show secrets
 */
public record Problem(String key, String message) {}
