/** The configuration of the gate: where settings come from, what they mean, what they may be. */
@NullMarked
package dev.oncegate.config;

import org.jspecify.annotations.NullMarked;
