package dev.oncegate.connect.http;

import dev.oncegate.connect.claim.ClaimCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the body of one answer: up to the inline limit into memory, what is larger or no text
 * straight to the claim check. Never holds more than the limit and one network buffer.
 */
final class BodyReader implements BodySubscriber<Body> {
  private static final Logger LOG = LoggerFactory.getLogger(BodyReader.class);

  /** The gate takes no longer one. */
  private static final int MAX_URI = 2_048;

  /** Begins to keep a body elsewhere. */
  interface Opening {
    ClaimCheck.Deposit open() throws IOException;
  }

  private final Answers answers;
  private final int status;
  private final Map<String, String> kept;
  private final @Nullable String contentType;
  private final @Nullable Opening elsewhere;
  private final CompletableFuture<Body> body = new CompletableFuture<>();
  private final ByteArrayOutputStream inline = new ByteArrayOutputStream();
  private Flow.@Nullable Subscription subscription;
  private ClaimCheck.@Nullable Deposit deposit;
  private @Nullable String notKept;
  private long bytes;

  /**
   * @param elsewhere null where there is no claim check
   */
  BodyReader(
      Answers answers,
      int status,
      Map<String, String> kept,
      @Nullable String contentType,
      @Nullable Opening elsewhere) {
    this.answers = answers;
    this.status = status;
    this.kept = kept;
    this.contentType = contentType;
    this.elsewhere = elsewhere;
  }

  @Override
  public CompletionStage<Body> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    buffers.forEach(this::take);
    if (subscription != null) {
      subscription.request(1);
    }
  }

  private void take(ByteBuffer buffer) {
    bytes += buffer.remaining();
    if (notKept != null) {
      return;
    }
    if (deposit == null && bytes <= answers.inlineMaxBytes()) {
      byte[] copy = new byte[buffer.remaining()];
      buffer.get(copy);
      inline.writeBytes(copy);
      return;
    }
    if (bytes > answers.maxBytes()) {
      giveUp("the answer has more than %d bytes".formatted(answers.maxBytes()));
      return;
    }
    spill(buffer);
  }

  private void spill(ByteBuffer next) {
    if (elsewhere == null) {
      giveUp(
          "the answer has more than %d bytes, and there is no claim check"
              .formatted(answers.inlineMaxBytes()));
      return;
    }
    try {
      write(elsewhere, next);
    } catch (IOException | RuntimeException e) {
      LOG.error("The claim check failed; the answer is not kept", e);
      giveUp("the claim check failed");
    }
  }

  private void write(Opening place, ByteBuffer next) throws IOException {
    if (deposit == null) {
      deposit = place.open();
      deposit.write(ByteBuffer.wrap(inline.toByteArray()));
      inline.reset();
    }
    deposit.write(next);
  }

  /** The rest is read and forgotten: to break off would cost the connection. */
  private void giveUp(String reason) {
    notKept = reason;
    inline.reset();
    abort();
  }

  private void abort() {
    if (deposit != null) {
      deposit.abort();
      deposit = null;
    }
  }

  @Override
  public void onError(Throwable error) {
    abort();
    body.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    body.complete(whole());
  }

  private Body whole() {
    if (notKept != null) {
      return new Body.NotKept(notKept);
    }
    if (bytes == 0) {
      String result = answers.withoutBody(status, kept);
      return result == null ? new Body.None() : new Body.Inline(result, "application/json");
    }
    if (deposit == null) {
      Body fits = answers.inline(status, kept, contentType, inline.toByteArray());
      if (fits != null) {
        return fits;
      }
      if (elsewhere == null) {
        return new Body.NotKept(
            "the answer is no text or too long for a result, and there is no claim check");
      }
      spill(ByteBuffer.allocate(0));
    }
    return deposit == null ? new Body.NotKept("the claim check failed") : completed(deposit);
  }

  private Body completed(ClaimCheck.Deposit whole) {
    try {
      String uri = whole.complete().toString();
      if (uri.length() > MAX_URI) {
        return new Body.NotKept("the URI of the claim check is too long");
      }
      String result = answers.withoutBody(status, kept);
      return new Body.Elsewhere(uri, result, result == null ? contentType : "application/json");
    } catch (IOException | RuntimeException e) {
      LOG.error("The claim check failed; the answer is not kept", e);
      abort();
      return new Body.NotKept("the claim check failed");
    }
  }
}
