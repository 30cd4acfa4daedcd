/**
 * The gate over HTTP: takes actions, writes them as commands, and answers with what the gate and
 * later the executor say. Keeps no state of its own that matters: any instance may be asked, and
 * what it does not know is asked of the gate by sending the same key again.
 */
@NullMarked
package dev.oncegate.ingress;

import org.jspecify.annotations.NullMarked;
