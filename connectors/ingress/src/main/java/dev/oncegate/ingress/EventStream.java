package dev.oncegate.ingress;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One client that follows a run. A client that does not read as fast as the run goes is cut off: it
 * sees by {@code run_seq} what it has missed.
 */
final class EventStream {
  private static final int MAX_WAITING_BYTES = 1_048_576;

  private final Response response;
  private final Callback end;
  private final Queue<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private boolean writing;
  private boolean closing;
  private boolean ended;

  /**
   * @param end completes the exchange
   */
  EventStream(Response response, Callback end) {
    this.response = response;
    this.end = end;
  }

  /** Sends bytes as soon as those before are sent. */
  void offer(byte[] bytes) {
    synchronized (this) {
      if (closing || ended) {
        return;
      }
      if (waitingBytes + bytes.length > MAX_WAITING_BYTES) {
        closing = true;
        waiting.clear();
        waitingBytes = 0;
      } else {
        waiting.add(bytes);
        waitingBytes += bytes.length;
      }
      if (writing) {
        return;
      }
    }
    writeNext();
  }

  /** Ends the stream after what is being sent. */
  void close() {
    synchronized (this) {
      closing = true;
      if (writing) {
        return;
      }
    }
    writeNext();
  }

  synchronized boolean isEnded() {
    return ended;
  }

  private void writeNext() {
    byte @Nullable [] next;
    boolean over;
    synchronized (this) {
      next = ended ? null : waiting.poll();
      over = next == null && closing && !ended;
      ended |= over;
      writing = next != null;
      waitingBytes -= next == null ? 0 : next.length;
    }
    if (over) {
      response.write(true, ByteBuffer.allocate(0), end);
    } else if (next != null) {
      response.write(false, ByteBuffer.wrap(next), Callback.from(this::writeNext, this::gone));
    }
  }

  private void gone(Throwable failure) {
    synchronized (this) {
      ended = true;
      writing = false;
      waiting.clear();
    }
    end.failed(failure);
  }
}
