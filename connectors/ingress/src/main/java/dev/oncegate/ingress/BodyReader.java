package dev.oncegate.ingress;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** Reads a body as it arrives, up to a size, without a thread that waits for it. */
final class BodyReader {
  private final Request request;
  private final int maxBytes;
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();

  private BodyReader(Request request, int maxBytes) {
    this.request = request;
    this.maxBytes = maxBytes;
  }

  /**
   * The body; fails with {@link Refused} where it is larger, which is noticed before it is read
   * where its length is announced.
   */
  static CompletableFuture<byte[]> read(Request request, int maxBytes) {
    BodyReader reader = new BodyReader(request, maxBytes);
    if (request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > maxBytes) {
      reader.tooLarge();
    } else {
      reader.readOn();
    }
    return reader.body;
  }

  private void readOn() {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this::readOn);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        body.completeExceptionally(chunk.getFailure());
        return;
      }
      byte[] bytes = new byte[chunk.remaining()];
      chunk.get(bytes, 0, bytes.length);
      boolean last = chunk.isLast();
      chunk.release();
      read.writeBytes(bytes);
      if (read.size() > maxBytes) {
        tooLarge();
        return;
      }
      if (last) {
        body.complete(read.toByteArray());
        return;
      }
    }
  }

  private void tooLarge() {
    body.completeExceptionally(
        new Refused(
            ProblemType.TOO_LARGE,
            "The body has more than %d bytes. Large arguments go to a store of their own, and their address into the action."
                .formatted(maxBytes)));
  }
}
