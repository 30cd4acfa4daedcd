package dev.oncegate.ingress;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * One client that follows a run. A client that does not read as fast as the run goes is cut off: it
 * sees by {@code run_seq} what it has missed.
 */
final class EventStream {
  private static final int MAX_WAITING_BYTES = 1_048_576;

  private final Response response;
  private final Callback end;
  private final Writer writer = new Writer();
  private final Queue<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
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
      if (closing) {
        return;
      }
      if (waitingBytes + bytes.length > MAX_WAITING_BYTES) {
        closing = true;
        forget();
      } else {
        waiting.add(bytes);
        waitingBytes += bytes.length;
      }
    }
    writer.iterate();
  }

  /** Ends the stream after what waits to be sent. */
  void close() {
    synchronized (this) {
      closing = true;
    }
    writer.iterate();
  }

  synchronized boolean isEnded() {
    return ended;
  }

  private void forget() {
    waiting.clear();
    waitingBytes = 0;
  }

  /** One write after the other, without a stack that grows with them. */
  private final class Writer extends IteratingCallback {
    @Override
    protected Action process() {
      byte[] next;
      boolean last;
      synchronized (EventStream.this) {
        if (ended) {
          return Action.SUCCEEDED;
        }
        if (waiting.isEmpty() && !closing) {
          return Action.IDLE;
        }
        last = waiting.isEmpty();
        ended = last;
        next = last ? new byte[0] : waiting.remove();
        waitingBytes -= next.length;
      }
      response.write(last, ByteBuffer.wrap(next), this);
      return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
      end.succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable failure) {
      synchronized (EventStream.this) {
        closing = true;
        ended = true;
        forget();
      }
      end.failed(failure);
    }
  }
}
