package io.headway.client;

import io.headway.v1.AcquireSlotRequest;
import io.headway.v1.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Asks for the right to start one call. Each method gives a changed copy. */
public final class SlotRequest {
    private final AcquireSlotRequest message;

    private SlotRequest(AcquireSlotRequest message) {
        this.message = message;
    }

    /**
     * For models as {@code provider/model}, in order of preference; the first that can start in time wins. None: the
     * server's default.
     */
    public static SlotRequest of(String... models) {
        return new SlotRequest(AcquireSlotRequest.newBuilder().addAllModels(List.of(models)).build());
    }

    /** Tokens of the prompt. Default 0, unless {@link #totalTokens} is set. */
    public SlotRequest inputTokens(long tokens) {
        return with(message -> message.setInputTokens(tokens));
    }

    /** The most tokens the call may write. Default: what such answers usually need. */
    public SlotRequest maxOutputTokens(long tokens) {
        return with(message -> message.setMaxOutputTokens(tokens));
    }

    /** Input and output together, instead of the two above. */
    public SlotRequest totalTokens(long tokens) {
        return with(message -> message.setTotalTokens(tokens));
    }

    /** The longest wait; zero: only when it can start at once. Default: that of the server. */
    public SlotRequest maxWait(Duration wait) {
        return with(message -> message.setMaxWait(Durations.toMessage(wait)));
    }

    /** How long the slot lasts unless renewed. Default: that of the server. */
    public SlotRequest lease(Duration lease) {
        return with(message -> message.setLeaseDuration(Durations.toMessage(lease)));
    }

    /** Who goes first. Default: normal. */
    public SlotRequest priority(Priority priority) {
        return with(message -> message.setPriority(priority));
    }

    /** A label for usage and cost, beside those that it has. */
    public SlotRequest tag(String name, String value) {
        return with(message -> message.putTags(name, value));
    }

    /** The caller's name for the request. Default: Headway makes one. */
    public SlotRequest requestId(String id) {
        return with(message -> message.setRequestId(id));
    }

    AcquireSlotRequest message() {
        return message;
    }

    /** Empty: that of the server. */
    Optional<Duration> lease() {
        return message.hasLeaseDuration() ? Optional.of(Durations.of(message.getLeaseDuration())) : Optional.empty();
    }

    /** With the models and tokens of a call, and all else as it is. */
    SlotRequest forCall(String model, ProviderCall call) {
        return with(message -> {
            message.clearModels().addModels(model).setInputTokens(call.inputTokens());
            call.maxOutputTokens().ifPresent(message::setMaxOutputTokens);
        });
    }

    private SlotRequest with(Consumer<AcquireSlotRequest.Builder> change) {
        var changed = message.toBuilder();
        change.accept(changed);
        return new SlotRequest(changed.build());
    }
}
