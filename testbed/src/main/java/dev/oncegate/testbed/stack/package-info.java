/**
 * The embedded stack: a real broker and a real schema registry, each in a JVM of its own, on
 * loopback only. They end with the process that started them, however that ends.
 */
@NullMarked
package dev.oncegate.testbed.stack;

import org.jspecify.annotations.NullMarked;
