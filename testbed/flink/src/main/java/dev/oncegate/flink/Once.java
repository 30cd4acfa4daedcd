package dev.oncegate.flink;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Lets the first delivery of an action through as its effect and stores a result; answers each
 * delivery with what is stored.
 */
final class Once extends KeyedProcessFunction<String, Delivery, Delivery> {
  private static final long serialVersionUID = 1;

  private final long windowMs;
  private transient ValueState<String> results;

  Once(long windowMs) {
    this.windowMs = windowMs;
  }

  @Override
  public void open(OpenContext context) {
    ValueStateDescriptor<String> descriptor = new ValueStateDescriptor<>("result", String.class);
    descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMillis(windowMs)).build());
    results = getRuntimeContext().getState(descriptor);
  }

  @Override
  public void processElement(Delivery command, Context context, Collector<Delivery> out)
      throws Exception {
    String result = results.value();
    if (result == null) {
      result =
          "{\"status\":\"transferred\",\"reference\":\"%s\",\"amount\":\"12.50\",\"currency\":\"EUR\"}"
              .formatted(command.action);
      results.update(result);
      out.collect(command);
    }
    out.collect(
        new Delivery(command.action, command.key, result.getBytes(StandardCharsets.UTF_8), false));
  }
}
