package io.headway.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.headway.v1.SlotOutcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlotTest {
    private static final SlotRequest REQUEST = SlotRequest.of("openai/gpt-4o-mini").totalTokens(10);

    private FakeHeadway server;
    private Headway headway;

    @BeforeEach
    void start() throws IOException {
        server = new FakeHeadway();
        headway = Headway.builder().address(server.address()).token("secret").build();
    }

    @AfterEach
    void stop() {
        headway.close();
        server.close();
    }

    @Test
    void isSettledAsFailedWhenNothingWasReported() {
        try (var slot = headway.acquireSlot(REQUEST)) {
            assertEquals("slot-1", slot.id());
        }
        assertEquals(List.of(SlotOutcome.SLOT_OUTCOME_FAILED), outcomes());
    }

    @Test
    void isSettledAsSucceededWhenUsageWasReported() {
        try (var slot = headway.acquireSlot(REQUEST)) {
            slot.report(SlotReport.ofUsage(3, 1).statusCode(200));
        }
        assertEquals(List.of(SlotOutcome.SLOT_OUTCOME_SUCCEEDED), outcomes());
        assertEquals(3, server.settled.get(0).getUsage().getInputTokens());
    }

    @Test
    void isSettledOnceWithTheFirstAnswer() {
        try (var slot = headway.acquireSlot(REQUEST)) {
            assertEquals(slot.settle(SlotReport.ofUsage(3, 1)), slot.settle());
            slot.release();
        }
        assertEquals(1, server.settled.size());
        assertEquals(List.of(), server.released);
    }

    @Test
    void cannotBeSettledAfterItsRelease() {
        var slot = headway.acquireSlot(REQUEST);
        slot.release();
        assertThrows(IllegalStateException.class, slot::settle);
        slot.close();
        assertEquals(List.of("slot-1"), server.released);
        assertEquals(List.of(), outcomes());
    }

    @Test
    void isSettledByHowTheCallWentThatIsMadeInIt() throws IOException {
        assertEquals("done", headway.withSlot(REQUEST, slot -> "done"));
        assertThrows(IOException.class, () -> headway.withSlot(REQUEST, slot -> {
            slot.report(SlotReport.ofUsage(3, 1));
            throw new IOException("it broke");
        }));
        assertEquals(List.of(SlotOutcome.SLOT_OUTCOME_SUCCEEDED, SlotOutcome.SLOT_OUTCOME_FAILED), outcomes());
    }

    @Test
    void isSettledAlthoughItsThreadIsInterruptedAndItsContextCancelled() {
        var context = Context.current().withCancellation();
        context.run(() -> {
            try (var slot = headway.acquireSlot(REQUEST)) {
                slot.report(SlotReport.ofUsage(3, 1));
                context.cancel(null);
                Thread.currentThread().interrupt();
            }
        });
        assertTrue(Thread.interrupted(), "the interrupt is for the caller");
        assertEquals(List.of(SlotOutcome.SLOT_OUTCOME_SUCCEEDED), outcomes());
    }

    @Test
    void leavesTheQueueWhenItsFutureIsCancelled() throws InterruptedException {
        var pending = headway.acquireSlotAsync(SlotRequest.of("openai/waiting"));
        awaitAcquired();
        pending.cancel(true);
        assertTrue(server.isLeft.await(60, TimeUnit.SECONDS));
    }

    @Test
    void refusalsSayWhyAndWhenToTryAgain() {
        var refusal =
                assertThrows(HeadwayException.class, () -> headway.acquireSlot(SlotRequest.of("openai/refused")));
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, refusal.code());
        assertEquals("WAIT_TOO_LONG", refusal.reason());
        assertEquals("rpm", refusal.metadata().get("limit"));
        assertEquals(Optional.of(Duration.ofMillis(1_500)), refusal.retryAfter());
        assertTrue(!refusal.isUnavailable());
    }

    @Test
    void callsCarryTheTokenAndTheTrace() {
        var span = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault());
        io.opentelemetry.context.Context.current()
                .with(Span.wrap(span))
                .wrap(() -> headway.acquireSlot(REQUEST).release())
                .run();
        for (var metadata : server.metadata) {
            assertEquals("Bearer secret", metadata.get(key("authorization")));
            assertEquals(
                    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", metadata.get(key("traceparent")));
        }
        assertEquals(2, server.metadata.size());
    }

    private List<SlotOutcome> outcomes() {
        return server.settled.stream().map(settled -> settled.getOutcome()).toList();
    }

    private void awaitAcquired() throws InterruptedException {
        while (server.acquired.isEmpty()) {
            Thread.sleep(1);
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
