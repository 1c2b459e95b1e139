package io.headway.client;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.headway.v1.AcquireSlotResponse;
import io.headway.v1.HeadwayServiceGrpc;
import io.headway.v1.HeadwayServiceGrpc.HeadwayServiceBlockingStub;
import io.headway.v1.ReleaseSlotRequest;
import io.headway.v1.RenewSlotRequest;
import io.headway.v1.RenewSlotResponse;
import io.headway.v1.SettleSlotResponse;
import io.headway.v1.SlotOutcome;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The right to start one call now. In try-with-resources it settles itself: with what was reported, as failed when no
 * usage and no outcome was, for the call may have been sent. The lease is renewed until then, for an hour at most.
 * Safe for use by many threads.
 */
public final class Slot implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Slot.class.getName());

    // A slot that nobody settles is renewed no longer than this, so that a forgotten one ends.
    private static final Duration LONGEST_HOLD = Duration.ofHours(1);
    // A clock that goes wrong against the server's must not make it renew all the time.
    private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
    // How long to try to end a slot whose call is over.
    private static final long END_TIMEOUT_SECONDS = 10;

    private final Channel channel;
    private final AcquireSlotResponse grant;
    // At the earliest: what the request took on its way counts as if the answer had.
    private final long grantedAtNanos;
    private final Future<?> renewal;

    private final ReentrantLock lock = new ReentrantLock();
    private SlotReport report = SlotReport.EMPTY;
    private boolean isEnded;
    private SettleSlotResponse settled;
    private HeadwayException failure;

    Slot(Channel channel, Timer timer, SlotRequest request, long askedAtNanos, AcquireSlotResponse grant) {
        this.channel = channel;
        this.grant = grant;
        grantedAtNanos = askedAtNanos + waited().toNanos();
        var lasts = request.lease().orElseGet(this::leaseByClock);
        var half = lasts.dividedBy(2);
        renewal = timer.every(half.compareTo(SHORTEST_INTERVAL) > 0 ? half : SHORTEST_INTERVAL, this::renew);
    }

    /** Name of the slot. */
    public String id() {
        return grant.getSlotId();
    }

    /** The model to call, as {@code openai/gpt-4o-mini}. */
    public String model() {
        return grant.getModel();
    }

    /** The deployment to call. */
    public String deployment() {
        return grant.getDeployment();
    }

    /** Tokens that count against the limits until the slot is settled. */
    public long reservedTokens() {
        return grant.getReservedTokens();
    }

    /** How long it was waited for. */
    public Duration waited() {
        return Durations.of(grant.getWaited());
    }

    /** Whether it may be too late to start the call, by when it was asked for: then release the slot and acquire anew. */
    public boolean isLate() {
        return grant.hasStartWithin() && age().compareTo(Durations.of(grant.getStartWithin())) > 0;
    }

    /** Notes how the call went, for when the slot is settled. What is noted later wins, one by one. */
    public void report(SlotReport report) {
        locked(() -> this.report = this.report.with(report));
    }

    /**
     * Settles with what was reported. Settling twice gives the first answer.
     *
     * @throws HeadwayException when that fails
     * @throws IllegalStateException after a release
     */
    public SettleSlotResponse settle() {
        return settle(SlotReport.EMPTY);
    }

    /**
     * Settles with what was reported, this last. Settling twice gives the first answer.
     *
     * @throws HeadwayException when that fails
     * @throws IllegalStateException after a release
     */
    public SettleSlotResponse settle(SlotReport last) {
        return locked(() -> {
            if (!isEnded) {
                report = report.with(last);
                settled = end(service -> service.settleSlot(report.toRequest(id())));
            }
            if (failure != null) {
                throw failure;
            }
            if (settled == null) {
                throw new IllegalStateException("the slot was released, it cannot be settled");
            }
            return settled;
        });
    }

    /**
     * Gives the slot back: only for a call that was never sent. Does nothing to a settled one.
     *
     * @throws HeadwayException when that fails
     */
    public void release() {
        locked(() -> {
            if (!isEnded) {
                end(service -> service.releaseSlot(ReleaseSlotRequest.newBuilder().setSlotId(id()).build()));
            }
            if (failure != null) {
                throw failure;
            }
            return null;
        });
    }

    /** Releases a grant that nobody uses. Whether that works tells nothing that the next answer does not. */
    void giveBack() {
        try {
            release();
        } catch (HeadwayException ignored) {
            // The slot ends with its lease.
        }
    }

    /** Settles the slot unless it was settled or released. What goes wrong is only logged. */
    @Override
    public void close() {
        boolean isAnswered = locked(() -> report.hasUsage());
        settleQuietly(isAnswered ? SlotOutcome.SLOT_OUTCOME_SUCCEEDED : SlotOutcome.SLOT_OUTCOME_FAILED);
    }

    /** Settles unless it is ended. The call's own result matters more than what goes wrong here. */
    void settleQuietly(SlotOutcome unlessReported) {
        locked(() -> {
            if (!isEnded) {
                try {
                    settle(SlotReport.ofOutcome(unlessReported).with(report));
                } catch (HeadwayException error) {
                    LOGGER.log(Level.WARNING, "the slot {0} could not be settled: {1}", id(), error.getMessage());
                }
            }
            return null;
        });
    }

    /** Null when it failed; then there is a failure. */
    private <T> T end(Function<HeadwayServiceBlockingStub, T> call) {
        isEnded = true;
        renewal.cancel(false);
        // A call that was given up must be accounted for all the same: neither a cancelled context nor an interrupted
        // thread keeps its slot from ending.
        var outer = Context.ROOT.attach();
        boolean wasInterrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    var service = HeadwayServiceGrpc.newBlockingStub(channel);
                    return call.apply(service.withDeadlineAfter(END_TIMEOUT_SECONDS, TimeUnit.SECONDS));
                } catch (StatusRuntimeException error) {
                    boolean isInterrupted = Thread.interrupted();
                    wasInterrupted |= isInterrupted;
                    if (!isInterrupted || error.getStatus().getCode() != Status.Code.CANCELLED) {
                        failure = HeadwayException.of(error);
                        return null;
                    }
                }
            }
        } finally {
            Context.ROOT.detach(outer);
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void renew() {
        if (age().compareTo(LONGEST_HOLD) > 0) {
            renewal.cancel(false);
            return;
        }
        var request = RenewSlotRequest.newBuilder().setSlotId(id()).build();
        var service = HeadwayServiceGrpc.newStub(channel).withDeadlineAfter(END_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        service.renewSlot(request, new StreamObserver<>() {
            @Override
            public void onNext(RenewSlotResponse renewed) {}

            @Override
            public void onError(Throwable error) {
                if (!renewal.isCancelled()) {
                    LOGGER.log(Level.WARNING, "the slot {0} could not be renewed: {1}", id(), error.getMessage());
                }
            }

            @Override
            public void onCompleted() {}
        });
    }

    private Duration age() {
        return Duration.ofNanos(System.nanoTime() - grantedAtNanos);
    }

    private Duration leaseByClock() {
        var expires = grant.getExpireTime();
        return Duration.between(Instant.now(), Instant.ofEpochSecond(expires.getSeconds(), expires.getNanos()));
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
