/** What a command costs in the core and in the serde, compared with a stored baseline. */
@NullMarked
package dev.oncegate.micro;

import org.jspecify.annotations.NullMarked;
