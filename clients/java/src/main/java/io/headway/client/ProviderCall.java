package io.headway.client;

import com.google.gson.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A call of a model, as far as its limits are concerned.
 *
 * @param wire the API that is spoken
 * @param upstreamModel the model's name at the provider
 * @param inputTokens an estimate that is rather too high
 * @param maxOutputTokens empty: the request sets no maximum
 * @param body the request's body with what it takes for the provider to report usage
 * @param hideUsage the caller did not ask for the report of usage in the stream, so that it must not see it
 */
record ProviderCall(
        Wire wire,
        String upstreamModel,
        long inputTokens,
        OptionalLong maxOutputTokens,
        byte[] body,
        boolean hideUsage) {

    /** Whether it is worth while to read the body. */
    static boolean mayBe(String method, String path, String contentType) {
        return method.equals("POST") && contentType.contains("json") && Wire.of(path).isPresent();
    }

    /** Empty: it calls no model, or is not JSON; then no limit of ours applies. */
    static Optional<ProviderCall> read(String path, byte[] body) {
        var wire = Wire.of(path);
        var request = Json.objectOf(new String(body, StandardCharsets.UTF_8));
        if (wire.isEmpty() || request.isEmpty()) {
            return Optional.empty();
        }
        return modelOf(wire.get(), path, request.get()).map(model -> of(wire.get(), path, model, request.get(), body));
    }

    private static ProviderCall of(Wire wire, String path, String model, JsonObject request, byte[] body) {
        long inputTokens = InputTokens.estimate(request);
        var maxOutputTokens = maxOutputTokens(path, request);
        var options = Json.object(request, "stream_options");
        boolean hideUsage = path.endsWith("/chat/completions")
                && Json.isTrue(request.get("stream"))
                && !Json.isTrue(options.get("include_usage"));
        if (hideUsage) {
            options.addProperty("include_usage", true);
            request.add("stream_options", options);
            body = request.toString().getBytes(StandardCharsets.UTF_8);
        }
        return new ProviderCall(wire, model, inputTokens, maxOutputTokens, body, hideUsage);
    }

    private static Optional<String> modelOf(Wire wire, String path, JsonObject request) {
        if (wire == Wire.GEMINI) {
            var match = wire.path.matcher(path);
            return match.find() ? Optional.of(decoded(match.group("model"))) : Optional.empty();
        }
        return Json.text(request.get("model"));
    }

    private static OptionalLong maxOutputTokens(String path, JsonObject request) {
        if (path.toLowerCase(Locale.ROOT).contains("embed")) {
            return OptionalLong.of(0);
        }
        var config = Json.object(request, "generationConfig");
        long answers = Json.number(request, "n").orElse(Json.number(config, "candidateCount").orElse(1));
        var most = Json.number(request, "max_completion_tokens", "max_output_tokens", "max_tokens");
        if (most.isEmpty()) {
            most = Json.number(config, "maxOutputTokens");
        }
        return most.isEmpty() ? most : OptionalLong.of(most.getAsLong() * answers);
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
