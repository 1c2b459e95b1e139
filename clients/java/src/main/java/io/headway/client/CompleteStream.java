package io.headway.client;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.headway.v1.HeadwayServiceGrpc.HeadwayServiceBlockingStub;
import io.headway.v1.StreamCompleteRequest;
import io.headway.v1.StreamCompleteResponse;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The events of a completion, to be gone through once. The last one of a stream that ends well is {@code done}; any other
 * ends with a {@link HeadwayException} from the iterator. Closing it before its end cancels the call.
 */
public final class CompleteStream implements Iterable<StreamCompleteResponse>, AutoCloseable {
    private final Context.CancellableContext context = Context.current().withCancellation();
    private final Iterator<StreamCompleteResponse> events;

    CompleteStream(HeadwayServiceBlockingStub service, StreamCompleteRequest request) {
        var outer = context.attach();
        try {
            events = service.streamComplete(request);
        } finally {
            context.detach(outer);
        }
    }

    @Override
    public Iterator<StreamCompleteResponse> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                try {
                    return events.hasNext();
                } catch (StatusRuntimeException error) {
                    throw HeadwayException.of(error);
                }
            }

            @Override
            public StreamCompleteResponse next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return events.next();
            }
        };
    }

    /** Cancels the call unless it has ended. */
    @Override
    public void close() {
        context.cancel(null);
    }
}
