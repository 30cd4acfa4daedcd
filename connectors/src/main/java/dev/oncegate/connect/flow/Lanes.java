package dev.oncegate.connect.flow;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who is called when: the effects of one run one after the other, those of different runs side by
 * side, and of one tool no more at a time than it bears.
 *
 * <p>An effect that waits for its next call keeps its run waiting but gives its place at the tool
 * to another. A tool without a free place keeps nobody waiting but those who want that tool, and
 * those behind them in their runs. Not thread safe.
 *
 * @param <E> an effect
 */
public final class Lanes<E extends Lanes.Queued> {
  /** What is known of an effect here. */
  public interface Queued {
    /** Names the run. */
    String run();

    /** Names the tool. */
    String tool();
  }

  private static final class Places<E> {
    final ArrayDeque<E> waiting = new ArrayDeque<>();
    final int limit;
    int taken;

    Places(int limit) {
      this.limit = limit;
    }
  }

  private final ToIntFunction<String> limitOf;
  private final Map<String, ArrayDeque<E>> runs = new HashMap<>();
  private final Map<String, Places<E>> tools = new HashMap<>();

  /**
   * @param limitOf how many calls of a tool there may be at a time, from 1
   */
  public Lanes(ToIntFunction<String> limitOf) {
    this.limitOf = limitOf;
  }

  /** Puts an effect behind those of its run. */
  public void add(E effect) {
    ArrayDeque<E> run = runs.computeIfAbsent(effect.run(), id -> new ArrayDeque<>());
    run.addLast(effect);
    if (run.size() == 1) {
      want(effect);
    }
  }

  /** The next effect whose tool may be called now, with a place taken for it; null: none. */
  public @Nullable E poll() {
    for (Places<E> places : tools.values()) {
      if (places.taken < places.limit && !places.waiting.isEmpty()) {
        places.taken++;
        return places.waiting.removeFirst();
      }
    }
    return null;
  }

  /** Gives the place of an effect free; its run goes on waiting for it. */
  public void rest(E effect) {
    places(effect).taken--;
  }

  /** Wants a place again for an effect that rested. */
  public void want(E effect) {
    places(effect).waiting.addLast(effect);
  }

  /** Gives the place of an effect free and lets the next one of its run go on. */
  public void finish(E effect) {
    rest(effect);
    leave(effect);
  }

  /** Lets the next one of its run go on; for an effect that rests. */
  public void leave(E effect) {
    ArrayDeque<E> run = runs.get(effect.run());
    if (run == null || run.peekFirst() != effect) {
      throw new IllegalStateException("not the first of its run: " + effect);
    }
    run.removeFirst();
    if (run.isEmpty()) {
      runs.remove(effect.run());
    } else {
      want(run.getFirst());
    }
  }

  private Places<E> places(E effect) {
    return tools.computeIfAbsent(
        effect.tool(), tool -> new Places<>(limitOf.applyAsInt(effect.tool())));
  }
}
