package io.headway.client;

import io.headway.v1.Priority;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** How an HTTP layer makes slots for the calls of models that pass through it. Each method gives a changed copy. */
public final class ProviderCallOptions {
    /** What holds unless it is said otherwise. */
    public static final ProviderCallOptions DEFAULTS =
            new ProviderCallOptions(Optional.empty(), OnUnavailable.FAIL, SlotRequest.of());

    // Empty: provider/model, by the API that is called.
    private final Optional<UnaryOperator<String>> modelOf;
    private final OnUnavailable onUnavailable;
    private final SlotRequest slot;

    private ProviderCallOptions(
            Optional<UnaryOperator<String>> modelOf, OnUnavailable onUnavailable, SlotRequest slot) {
        this.modelOf = modelOf;
        this.onUnavailable = onUnavailable;
        this.slot = slot;
    }

    /** The provider's key in Headway's config. Default: by the API that is called, openai, anthropic, gemini. */
    public ProviderCallOptions provider(String provider) {
        return modelOf(model -> provider + "/" + model);
    }

    /** The model in Headway of a model at the provider. Default: {@code provider/model}. */
    public ProviderCallOptions modelOf(UnaryOperator<String> modelOf) {
        return new ProviderCallOptions(Optional.of(modelOf), onUnavailable, slot);
    }

    /** What to do when Headway cannot be reached. Default: the call fails. */
    public ProviderCallOptions onUnavailable(OnUnavailable onUnavailable) {
        return new ProviderCallOptions(modelOf, onUnavailable, slot);
    }

    /** The longest wait. Default: that of the server. */
    public ProviderCallOptions maxWait(Duration wait) {
        return with(slot.maxWait(wait));
    }

    /** How long a slot lasts unless renewed. Default: that of the server. */
    public ProviderCallOptions lease(Duration lease) {
        return with(slot.lease(lease));
    }

    /** Who goes first. Default: normal. */
    public ProviderCallOptions priority(Priority priority) {
        return with(slot.priority(priority));
    }

    /** A label for usage and cost, beside those that it has. */
    public ProviderCallOptions tag(String name, String value) {
        return with(slot.tag(name, value));
    }

    OnUnavailable onUnavailable() {
        return onUnavailable;
    }

    SlotRequest slotRequest(ProviderCall call) {
        UnaryOperator<String> byApi = model -> call.wire().provider() + "/" + model;
        return slot.forCall(modelOf.orElse(byApi).apply(call.upstreamModel()), call);
    }

    private ProviderCallOptions with(SlotRequest slot) {
        return new ProviderCallOptions(modelOf, onUnavailable, slot);
    }
}
