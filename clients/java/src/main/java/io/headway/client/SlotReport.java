package io.headway.client;

import io.headway.v1.SettleSlotRequest;
import io.headway.v1.SlotOutcome;
import io.headway.v1.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** How the call in a slot went; what is not set is not known. Each method gives a changed copy. */
public final class SlotReport {
    /** Nothing is known. */
    public static final SlotReport EMPTY = new SlotReport(SettleSlotRequest.getDefaultInstance());

    private static final Pattern RATE_LIMIT_HEADER =
            Pattern.compile("^(x-ratelimit-|anthropic-ratelimit-|retry-after)");

    private final SettleSlotRequest message;

    private SlotReport(SettleSlotRequest message) {
        this.message = message;
    }

    /** Of a call of which input and output are known, each of them as a whole. */
    public static SlotReport ofUsage(long inputTokens, long outputTokens) {
        return EMPTY.usage(
                Usage.newBuilder().setInputTokens(inputTokens).setOutputTokens(outputTokens).build());
    }

    /** Of a call that ended in this way. */
    public static SlotReport ofOutcome(SlotOutcome outcome) {
        return EMPTY.outcome(outcome);
    }

    /** Usage the provider reported. Not known: all that was reserved stays charged. */
    public SlotReport usage(Usage usage) {
        return with(message -> message.setUsage(usage));
    }

    /**
     * Whether it succeeded (the default), failed or was given up after it had been sent, or was refused by the provider
     * with status 429.
     */
    public SlotReport outcome(SlotOutcome outcome) {
        return with(message -> message.setOutcome(outcome));
    }

    /** The provider's HTTP status. */
    public SlotReport statusCode(int status) {
        return with(message -> message.setProviderStatusCode(status));
    }

    /** How long the provider asked to wait. */
    public SlotReport retryAfter(Duration wait) {
        return with(message -> message.setRetryAfter(Durations.toMessage(wait)));
    }

    /** Headers of the provider's answer; those about rate limits are handed on, the rest is left out. */
    public SlotReport headers(Map<String, List<String>> headers) {
        return with(message -> headers.forEach((name, values) -> {
            var lower = name.toLowerCase(Locale.ROOT);
            if (RATE_LIMIT_HEADER.matcher(lower).find() && !values.isEmpty()) {
                message.putProviderHeaders(lower, values.get(0));
            }
        }));
    }

    /** With what a later report knows in its place, one by one. */
    SlotReport with(SlotReport later) {
        return with(message -> message.mergeFrom(later.message));
    }

    boolean hasUsage() {
        return message.hasUsage();
    }

    SettleSlotRequest toRequest(String slotId) {
        return message.toBuilder().setSlotId(slotId).build();
    }

    private SlotReport with(Consumer<SettleSlotRequest.Builder> change) {
        var changed = message.toBuilder();
        change.accept(changed);
        return new SlotReport(changed.build());
    }
}
