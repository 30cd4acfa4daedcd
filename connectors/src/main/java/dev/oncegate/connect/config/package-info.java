/** The settings of the connector: what they mean, what they may be, what is wrong with them. */
@NullMarked
package dev.oncegate.connect.config;

import org.jspecify.annotations.NullMarked;
