/**
 * Avro in Confluent's wire format, with a registry client of our own: byte for byte and call for
 * call interchangeable with kafka-avro-serializer, which is not on Maven Central.
 */
@NullMarked
package dev.oncegate.serde;

import org.jspecify.annotations.NullMarked;
