package io.headway.client;

import io.headway.v1.SlotOutcome;
import io.headway.v1.Usage;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A call in its slot, which it settles with what the provider answers. */
final class ObservedCall {
    /** What is still to be read of an answer. */
    enum Body {
        /** Nothing: the call has failed, and is settled. */
        UNSEEN,
        /** All of it: {@link #end(byte[])}. */
        WHOLE,
        /** Event by event: {@link #events}, then {@link #end(boolean)}. */
        EVENTS
    }

    private final Slot slot;
    private final ProviderCall call;
    private final EventFilter events;

    ObservedCall(Slot slot, ProviderCall call) {
        this.slot = slot;
        this.call = call;
        this.events = new EventFilter(call);
    }

    /** The body that is to be sent. */
    byte[] requestBody() {
        return call.body();
    }

    EventFilter events() {
        return events;
    }

    /** Notes the head of the answer. An empty content type is that of an answer without one. */
    Body begin(int status, String contentType, Map<String, List<String>> headers) {
        slot.report(SlotReport.EMPTY.statusCode(status).headers(headers));
        if (status >= 400) {
            slot.settleQuietly(
                    status == 429 ? SlotOutcome.SLOT_OUTCOME_RATE_LIMITED : SlotOutcome.SLOT_OUTCOME_FAILED);
            return Body.UNSEEN;
        }
        return contentType.contains("text/event-stream") ? Body.EVENTS : Body.WHOLE;
    }

    /** The answer has come, whole. */
    void end(byte[] answer) {
        var reader = new UsageReader(call.wire());
        Json.objectOf(new String(answer, StandardCharsets.UTF_8)).ifPresent(reader::read);
        settle(reader.usage(), SlotOutcome.SLOT_OUTCOME_SUCCEEDED);
    }

    /** The stream is over; not whole when it broke, or the reader went away before the provider had said all. */
    void end(boolean isWhole) {
        settle(events.usage(), isWhole ? SlotOutcome.SLOT_OUTCOME_SUCCEEDED : SlotOutcome.SLOT_OUTCOME_FAILED);
    }

    /** There is no answer, or it broke off. */
    void fail(Throwable error) {
        if (wasNeverSent(error)) {
            try {
                slot.release();
                return;
            } catch (HeadwayException unreleased) {
                error.addSuppressed(unreleased);
            }
        }
        settle(Optional.empty(), SlotOutcome.SLOT_OUTCOME_FAILED);
    }

    private void settle(Optional<Usage> usage, SlotOutcome outcome) {
        usage.ifPresent(known -> slot.report(SlotReport.EMPTY.usage(known)));
        slot.settleQuietly(outcome);
    }

    /** Whether no connection was made, so that the provider cannot have seen the call. */
    private static boolean wasNeverSent(Throwable error) {
        for (var cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException
                    || cause instanceof HttpConnectTimeoutException
                    || cause instanceof NoRouteToHostException
                    || cause instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }
}
