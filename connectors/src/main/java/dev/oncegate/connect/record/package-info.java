/**
 * What connectors of others need to read and write our records: a converter that makes commands of
 * JSON, and a transformation that makes rows of records.
 */
@NullMarked
package dev.oncegate.connect.record;

import org.jspecify.annotations.NullMarked;
