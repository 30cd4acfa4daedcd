/**
 * The gate's shell: reads records, asks the core, writes the stores, forwards. No decision is made
 * here.
 */
@NullMarked
package dev.oncegate.gate;

import org.jspecify.annotations.NullMarked;
