/**
 * Faults thrown at a gate under load, and the verdict afterwards: several instances, three brokers
 * and a registry, each in a process of its own, on loopback.
 */
@NullMarked
package dev.oncegate.testbed.torture;

import org.jspecify.annotations.NullMarked;
