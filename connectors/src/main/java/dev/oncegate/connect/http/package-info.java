/** Calls tools over HTTP, without a thread for each call. */
@NullMarked
package dev.oncegate.connect.http;

import org.jspecify.annotations.NullMarked;
