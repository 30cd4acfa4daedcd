package dev.oncegate.gate;

import java.time.InstantSource;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * What a gate stands on beside its configuration: what it finds in the cluster, and what differs
 * from one moment to the next.
 *
 * @param partitions of commands, outcomes, controls and reroute, each
 * @param carriedMaxBytes the largest record, in bytes, that reroute and dead letters take
 * @param deserializer throws {@link dev.oncegate.serde.RecordNotReadableException} for bytes that
 *     can never be read
 * @param clock the gate's now
 * @param tokens gives unguessable confirmation tokens
 */
public record Ground(
    int partitions,
    int carriedMaxBytes,
    Serializer<SpecificRecord> serializer,
    Deserializer<SpecificRecord> deserializer,
    InstantSource clock,
    Supplier<String> tokens) {}
