/** The connectors and their configurations with a real worker, broker, registry and database. */
@NullMarked
package dev.oncegate.testbed.connect;

import org.jspecify.annotations.NullMarked;
