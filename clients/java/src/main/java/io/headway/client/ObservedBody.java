package io.headway.client;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The body of an answer, handed on to its reader. Its call is settled before the reader learns of the end. */
final class ObservedBody<T> implements BodySubscriber<T> {
    private final ObservedCall call;
    private final boolean isEvents;
    private final BodySubscriber<T> reader;

    private final ByteArrayOutputStream whole = new ByteArrayOutputStream();
    // How often the reader may be given something; it may throw when it is given more.
    private final AtomicLong demand = new AtomicLong();
    // What is left at the end, until the reader asks for it.
    private final AtomicReference<byte[]> rest = new AtomicReference<>();
    private Subscription source;

    ObservedBody(ObservedCall call, ObservedCall.Body seen, BodySubscriber<T> reader) {
        this.call = call;
        this.isEvents = seen == ObservedCall.Body.EVENTS;
        this.reader = reader;
    }

    @Override
    public CompletionStage<T> getBody() {
        return reader.getBody();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        reader.onSubscribe(new Subscription() {
            @Override
            public void request(long count) {
                demand.updateAndGet(open -> open + count < 0 ? Long.MAX_VALUE : open + count);
                if (rest.get() == null) {
                    source.request(count);
                } else {
                    finish();
                }
            }

            @Override
            public void cancel() {
                call.end(false);
                source.cancel();
            }
        });
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        byte[] chunk = PublishedBytes.copyOf(buffers);
        if (isEvents) {
            byte[] passed = call.events().take(chunk, chunk.length);
            if (call.events().isComplete()) {
                call.end(true);
            }
            if (passed.length == 0) {
                source.request(1);
            } else {
                give(passed);
            }
        } else {
            whole.writeBytes(chunk);
            give(chunk);
        }
    }

    @Override
    public void onError(Throwable error) {
        call.end(false);
        reader.onError(error);
    }

    @Override
    public void onComplete() {
        if (isEvents) {
            call.end(true);
        } else {
            call.end(whole.toByteArray());
        }
        rest.set(call.events().rest());
        if (rest.get().length == 0 || demand.get() > 0) {
            finish();
        }
    }

    /** Once, whoever comes first: the end of the answer or the reader that asks for more. */
    private void finish() {
        byte[] last = rest.getAndSet(new byte[0]);
        if (last.length > 0) {
            give(last);
        }
        reader.onComplete();
    }

    private void give(byte[] bytes) {
        demand.decrementAndGet();
        reader.onNext(List.of(ByteBuffer.wrap(bytes)));
    }
}
