package io.headway.client;

import com.google.gson.JsonObject;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Puts a refusal as the provider would have, and says that Headway has weighed another try already. */
record Refusal(int status, Map<String, String> headers, byte[] body) {
    private static final Map<Status.Code, Integer> HTTP_STATUS = Map.of(
            Status.Code.INVALID_ARGUMENT, 400,
            Status.Code.UNAUTHENTICATED, 401,
            Status.Code.PERMISSION_DENIED, 403,
            Status.Code.NOT_FOUND, 404,
            Status.Code.FAILED_PRECONDITION, 400,
            Status.Code.RESOURCE_EXHAUSTED, 429);

    static Refusal of(HeadwayException refusal) {
        var code = refusal.reason().isEmpty() ? "UNAVAILABLE" : refusal.reason();
        var headers = new HashMap<>(
                Map.of("content-type", "application/json", "x-should-retry", "false", "x-headway-reason", code));
        refusal.retryAfter().ifPresent(after -> {
            headers.put("retry-after-ms", Long.toString(after.plusNanos(999_999).toMillis()));
            headers.put("retry-after", Long.toString(after.plusNanos(999_999_999).toSeconds()));
        });
        return new Refusal(HTTP_STATUS.getOrDefault(refusal.code(), 503), headers, bodyOf(code, refusal));
    }

    private static byte[] bodyOf(String code, HeadwayException refusal) {
        var error = new JsonObject();
        error.addProperty("type", "headway_error");
        error.addProperty("code", code);
        error.addProperty("message", "Headway: " + refusal.getMessage());
        var body = new JsonObject();
        body.addProperty("type", "error");
        body.add("error", error);
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
