@NullMarked
package dev.oncegate.connect.record;

import org.jspecify.annotations.NullMarked;
