package io.headway.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;

/** Gathers what a publisher publishes. */
final class PublishedBytes implements Subscriber<ByteBuffer> {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> all = new CompletableFuture<>();

    private PublishedBytes() {}

    /** Waits for all of it; the publishers of the library have it at once. */
    static byte[] of(Publisher<? extends ByteBuffer> publisher) {
        var gathered = new PublishedBytes();
        publisher.subscribe(gathered);
        return gathered.all.join();
    }

    /** What is left in the buffers, which stay as they are. */
    static byte[] copyOf(Iterable<ByteBuffer> buffers) {
        var copied = new ByteArrayOutputStream();
        buffers.forEach(buffer -> append(copied, buffer));
        return copied.toByteArray();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        append(bytes, buffer);
    }

    @Override
    public void onError(Throwable error) {
        all.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
        all.complete(bytes.toByteArray());
    }

    private static void append(ByteArrayOutputStream target, ByteBuffer buffer) {
        byte[] part = new byte[buffer.remaining()];
        buffer.duplicate().get(part);
        target.writeBytes(part);
    }
}
