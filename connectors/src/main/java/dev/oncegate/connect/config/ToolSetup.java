package dev.oncegate.connect.config;

import dev.oncegate.connect.http.Answers;
import dev.oncegate.connect.http.HttpVersion;
import dev.oncegate.connect.http.Login;
import dev.oncegate.connect.http.Tls;
import dev.oncegate.connect.route.Tool;

/** All that the settings of one tool say. */
public record ToolSetup(Tool tool, Answers answers, HttpVersion version, Login login, Tls tls) {}
