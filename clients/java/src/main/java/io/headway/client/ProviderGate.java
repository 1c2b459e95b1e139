package io.headway.client;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** What the HTTP layers of all libraries share: asks Headway whether a call may be made. */
final class ProviderGate {
    private static final System.Logger LOGGER = System.getLogger(ProviderGate.class.getName());

    // How soon a call that was given up leaves the queue; some libraries do not tell, but must be asked.
    private static final long GIVEN_UP_CHECK_MS = 100;

    private final Headway headway;
    private final ProviderCallOptions options;
    private final AtomicLong proceeded = new AtomicLong();

    ProviderGate(Headway headway, ProviderCallOptions options) {
        this.headway = headway;
        this.options = options;
    }

    /** Calls that went on without a slot because Headway could not be reached. */
    long proceededCount() {
        return proceeded.get();
    }

    /**
     * Waits for a slot.
     *
     * @throws IOException when the call was given up meanwhile
     */
    Admission admit(ProviderCall call, BooleanSupplier isGivenUp) throws IOException, InterruptedException {
        var pending = headway.acquireSlotAsync(options.slotRequest(call));
        try {
            while (!isGivenUp.getAsBoolean()) {
                try {
                    return granted(pending.get(GIVEN_UP_CHECK_MS, TimeUnit.MILLISECONDS), call);
                } catch (TimeoutException notYet) {
                    continue;
                } catch (ExecutionException refused) {
                    return without(refused.getCause());
                }
            }
            giveUp(pending);
            throw new IOException("Canceled");
        } catch (InterruptedException interrupted) {
            giveUp(pending);
            throw interrupted;
        }
    }

    /** Goes on to {@code next} without a thread that waits. Cancelling the future leaves the queue, or cancels that. */
    <R> CompletableFuture<R> admitAsync(ProviderCall call, Function<Admission, CompletableFuture<R>> next) {
        var result = new CompletableFuture<R>();
        var pending = headway.acquireSlotAsync(options.slotRequest(call));
        result.whenComplete((answer, error) -> {
            if (result.isCancelled()) {
                giveUp(pending);
            }
        });
        pending.handle((slot, error) -> error == null ? granted(slot, call) : without(error))
                .thenAccept(admission -> {
                    if (!result.isDone()) {
                        var made = next.apply(admission);
                        cancelWith(result, made);
                        made.whenComplete((answer, error) -> complete(result, answer, error));
                    }
                })
                .whenComplete((nothing, error) -> {
                    if (error != null) {
                        result.completeExceptionally(error);
                    }
                });
        return result;
    }

    /** Makes {@code stage} end when {@code result} is cancelled. */
    static void cancelWith(CompletableFuture<?> result, CompletableFuture<?> stage) {
        result.whenComplete((answer, error) -> {
            if (result.isCancelled()) {
                stage.cancel(true);
            }
        });
    }

    private static <R> void complete(CompletableFuture<R> result, R answer, Throwable error) {
        if (error == null) {
            result.complete(answer);
        } else {
            result.completeExceptionally(error);
        }
    }

    private static Admission granted(Slot slot, ProviderCall call) {
        return new Admission.Granted(new ObservedCall(slot, call));
    }

    private static void giveUp(CompletableFuture<Slot> pending) {
        if (!pending.cancel(false)) {
            pending.thenAccept(Slot::release);
        }
    }

    private Admission without(Throwable error) {
        if (!(error instanceof HeadwayException refusal)) {
            throw new IllegalStateException(error);
        }
        if (refusal.isUnavailable() && options.onUnavailable() == OnUnavailable.PROCEED) {
            proceeded.incrementAndGet();
            LOGGER.log(Level.WARNING, "Headway cannot be reached, a call goes on without it: {0}", error.getMessage());
            return new Admission.Unknown();
        }
        return new Admission.Refused(Refusal.of(refusal));
    }
}
