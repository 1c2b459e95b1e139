package io.headway.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.headway.v1.AcquireSlotRequest;
import io.headway.v1.AcquireSlotResponse;
import io.headway.v1.CompleteRequest;
import io.headway.v1.CompleteResponse;
import io.headway.v1.GetUsageRequest;
import io.headway.v1.GetUsageResponse;
import io.headway.v1.HeadwayServiceGrpc;
import io.headway.v1.HeadwayServiceGrpc.HeadwayServiceBlockingStub;
import io.headway.v1.ListModelsRequest;
import io.headway.v1.Model;
import io.headway.v1.SlotOutcome;
import io.headway.v1.StreamCompleteRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A connection to Headway, to be kept as long as the process lives and shared by all that calls models. It connects at
 * the first call, and again when the connection breaks. Safe for use by many threads.
 *
 * <p>Calls end with {@link HeadwayException}, also when their thread is interrupted or their {@link io.grpc.Context} is
 * cancelled: then with the code CANCELLED.
 */
public final class Headway implements AutoCloseable {
    // A grant that came too late to be used is given back and asked for again at most so many times.
    private static final int MOST_LATE_GRANTS = 3;

    private final ManagedChannel connection;
    private final Channel channel;
    private final HeadwayServiceBlockingStub service;
    private final Timer timer = new Timer();

    Headway(ManagedChannel connection, OutgoingMetadata metadata) {
        this.connection = connection;
        this.channel = ClientInterceptors.intercept(connection, metadata);
        this.service = HeadwayServiceGrpc.newBlockingStub(channel);
        new Reconnector(connection, timer).start();
    }

    /**
     * Makes a client of what the variables {@code HEADWAY_ADDRESS} and {@code HEADWAY_TOKEN} say, else of
     * {@code 127.0.0.1:50051} without a token.
     */
    public static Headway connect() {
        return builder().build();
    }

    /** Begins a client with settings of its own. */
    public static HeadwayBuilder builder() {
        return new HeadwayBuilder();
    }

    /**
     * Answers a conversation: chooses a model, waits for its turn, calls it, and falls back.
     *
     * @throws HeadwayException when it is refused or fails
     */
    public CompleteResponse complete(CompleteRequest request) {
        return checked(() -> service.complete(request));
    }

    /**
     * As {@link #complete(CompleteRequest)}, given up after {@code timeout}.
     *
     * @throws HeadwayException when it is refused, fails or takes too long
     */
    public CompleteResponse complete(CompleteRequest request, Duration timeout) {
        return checked(() -> within(timeout).complete(request));
    }

    /**
     * Answers a conversation with events while it waits and the text as it is written. Failures come from the stream's
     * iterator.
     */
    public CompleteStream stream(CompleteRequest request) {
        return new CompleteStream(service, wrapped(request));
    }

    /** As {@link #stream(CompleteRequest)}, given up after {@code timeout}. */
    public CompleteStream stream(CompleteRequest request, Duration timeout) {
        return new CompleteStream(within(timeout), wrapped(request));
    }

    /**
     * Says what is used, left, waiting and spent: everything, of all time.
     *
     * @throws HeadwayException when it is refused or fails
     */
    public GetUsageResponse usage() {
        return usage(GetUsageRequest.getDefaultInstance());
    }

    /**
     * Says what is used, left, waiting and spent.
     *
     * @throws HeadwayException when it is refused or fails
     */
    public GetUsageResponse usage(GetUsageRequest request) {
        return checked(() -> service.getUsage(request));
    }

    /**
     * Lists the models with their limits, prices and health.
     *
     * @throws HeadwayException when it is refused or fails
     */
    public List<Model> models() {
        return checked(() -> service.listModels(ListModelsRequest.getDefaultInstance())).getModelsList();
    }

    /**
     * Waits until one call may start. Use the slot in try-with-resources, or let {@link #withSlot} do all of it. A grant that
     * was too long on its way is given back and asked for again, three times at most.
     *
     * @throws HeadwayException when it is refused or fails
     */
    public Slot acquireSlot(SlotRequest request) {
        for (int late = 0; ; late++) {
            long askedAtNanos = System.nanoTime();
            var slot = slotOf(request, askedAtNanos, checked(() -> service.acquireSlot(request.message())));
            if (!slot.isLate() || late == MOST_LATE_GRANTS) {
                return slot;
            }
            slot.giveBack();
        }
    }

    /**
     * As {@link #acquireSlot} without a thread that waits. Cancelling the future leaves the queue.
     *
     * @return completes exceptionally with {@link HeadwayException} when it is refused or fails
     */
    public CompletableFuture<Slot> acquireSlotAsync(SlotRequest request) {
        var pending = new CompletableFuture<Slot>();
        acquireInto(pending, request, 0);
        return pending;
    }

    /**
     * Makes a call in a slot: waits until it may start, runs it, and settles with what it reported. When the call throws
     * the slot is settled as failed, unless it reported another outcome or settled or released the slot itself. A
     * settlement that goes wrong is only logged.
     *
     * @param <T> what the call returns
     * @param <E> what it throws; RuntimeException when it throws nothing that is checked
     * @throws HeadwayException when there is no slot
     * @throws E when the call does
     */
    public <T, E extends Exception> T withSlot(SlotRequest request, SlotCall<T, E> call) throws E {
        var slot = acquireSlot(request);
        try {
            T result = call.in(slot);
            slot.settleQuietly(SlotOutcome.SLOT_OUTCOME_SUCCEEDED);
            return result;
        } catch (Throwable error) {
            slot.settleQuietly(SlotOutcome.SLOT_OUTCOME_FAILED);
            throw error;
        }
    }

    /** What the generated stubs need for the RPCs that have no method here; with the token and the trace context. */
    public Channel channel() {
        return channel;
    }

    /** Closes the connection; calls in progress are cut. */
    @Override
    public void close() {
        timer.close();
        connection.shutdownNow();
    }

    private void acquireInto(CompletableFuture<Slot> pending, SlotRequest request, int late) {
        long askedAtNanos = System.nanoTime();
        ClientCall<AcquireSlotRequest, AcquireSlotResponse> call =
                channel.newCall(HeadwayServiceGrpc.getAcquireSlotMethod(), CallOptions.DEFAULT);
        ClientCalls.asyncUnaryCall(call, request.message(), new StreamObserver<>() {
            @Override
            public void onNext(AcquireSlotResponse grant) {
                var slot = slotOf(request, askedAtNanos, grant);
                if (slot.isLate() && late < MOST_LATE_GRANTS) {
                    slot.giveBack();
                    acquireInto(pending, request, late + 1);
                } else if (!pending.complete(slot)) {
                    slot.giveBack();
                }
            }

            @Override
            public void onError(Throwable error) {
                pending.completeExceptionally(HeadwayException.of(error));
            }

            @Override
            public void onCompleted() {}
        });
        pending.whenComplete((slot, error) -> {
            if (pending.isCancelled()) {
                call.cancel("the caller has given up", null);
            }
        });
    }

    private Slot slotOf(SlotRequest request, long askedAtNanos, AcquireSlotResponse grant) {
        return new Slot(channel, timer, request, askedAtNanos, grant);
    }

    private HeadwayServiceBlockingStub within(Duration timeout) {
        return service.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static StreamCompleteRequest wrapped(CompleteRequest request) {
        return StreamCompleteRequest.newBuilder().setRequest(request).build();
    }

    private static <T> T checked(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException error) {
            throw HeadwayException.of(error);
        }
    }
}
