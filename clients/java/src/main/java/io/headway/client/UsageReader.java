package io.headway.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.headway.v1.Usage;
import java.util.Optional;
import java.util.OptionalLong;

/** Gathers the usage a provider reports in an answer, whole or event by event. */
final class UsageReader {
    private final Wire wire;
    private final JsonObject seen = new JsonObject();

    UsageReader(Wire wire) {
        this.wire = wire;
    }

    /** Looks at an answer or at one event of a stream, and says whether it is OpenAI's event with nothing but usage. */
    boolean read(JsonObject answer) {
        var usage = usageIn(answer);
        // Anthropic tells the input at the start and the output so far later on; with nulls between.
        usage.entrySet().stream()
                .filter(field -> !field.getValue().isJsonNull())
                .forEach(field -> seen.add(field.getKey(), field.getValue()));
        return usage.size() > 0 && answer.get("choices") instanceof JsonArray choices && choices.isEmpty();
    }

    /** Empty: the provider reported none. */
    Optional<Usage> usage() {
        if (seen.size() == 0) {
            return Optional.empty();
        }
        var usage = Usage.newBuilder();
        switch (wire) {
            case OPENAI -> readOpenAi(usage);
            case ANTHROPIC -> readAnthropic(usage);
            case GEMINI -> readGemini(usage);
        }
        return Optional.of(usage.build());
    }

    private JsonObject usageIn(JsonObject answer) {
        if (wire == Wire.GEMINI) {
            return Json.object(answer, "usageMetadata");
        }
        var usage = Json.object(answer, "usage");
        for (var inner : new String[] {"response", "message"}) {
            if (usage.size() == 0) {
                usage = Json.object(Json.object(answer, inner), "usage");
            }
        }
        return usage;
    }

    private void readOpenAi(Usage.Builder usage) {
        count("prompt_tokens", "input_tokens").ifPresent(usage::setInputTokens);
        // Embeddings have no output, and say nothing about it.
        usage.setOutputTokens(count("completion_tokens", "output_tokens").orElse(0));
        detail("cached_tokens", "prompt_tokens_details", "input_tokens_details")
                .ifPresent(usage::setCachedInputTokens);
        detail("reasoning_tokens", "completion_tokens_details", "output_tokens_details")
                .ifPresent(usage::setReasoningTokens);
    }

    private void readAnthropic(Usage.Builder usage) {
        var cached = count("cache_read_input_tokens");
        var written = count("cache_creation_input_tokens");
        count("input_tokens")
                .ifPresent(uncached -> usage.setInputTokens(uncached + cached.orElse(0) + written.orElse(0)));
        count("output_tokens").ifPresent(usage::setOutputTokens);
        cached.ifPresent(usage::setCachedInputTokens);
        written.ifPresent(usage::setCacheWriteInputTokens);
    }

    private void readGemini(Usage.Builder usage) {
        var thoughts = count("thoughtsTokenCount");
        count("promptTokenCount")
                .ifPresent(prompt -> usage.setInputTokens(prompt + count("toolUsePromptTokenCount").orElse(0)));
        usage.setOutputTokens(count("candidatesTokenCount").orElse(0) + thoughts.orElse(0));
        count("cachedContentTokenCount").ifPresent(usage::setCachedInputTokens);
        thoughts.ifPresent(usage::setReasoningTokens);
    }

    private OptionalLong count(String... names) {
        return Json.number(seen, names);
    }

    /** The first of the groups that has the field. */
    private OptionalLong detail(String name, String... groups) {
        for (var group : groups) {
            var count = Json.number(Json.object(seen, group), name);
            if (count.isPresent()) {
                return count;
            }
        }
        return OptionalLong.empty();
    }
}
