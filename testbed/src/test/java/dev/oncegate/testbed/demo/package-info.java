@NullMarked
package dev.oncegate.testbed.demo;

import org.jspecify.annotations.NullMarked;
