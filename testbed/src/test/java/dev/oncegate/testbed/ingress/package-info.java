/** The HTTP ingress before a real gate, broker and registry. */
@NullMarked
package dev.oncegate.testbed.ingress;

import org.jspecify.annotations.NullMarked;
