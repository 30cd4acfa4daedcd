/**
 * The operations endpoint: what an instance of the gate tells of itself over HTTP. It reads and
 * never writes.
 */
@NullMarked
package dev.oncegate.ops;

import org.jspecify.annotations.NullMarked;
