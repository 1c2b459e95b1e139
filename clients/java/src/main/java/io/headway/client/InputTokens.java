package io.headway.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Estimates the tokens of a prompt. */
final class InputTokens {
    // English has about four bytes a token, code and most other scripts about three.
    private static final int BYTES_PER_TOKEN = 3;
    // Names of fields, quotes and brackets become tokens of the provider's own; per value of the request.
    private static final long TOKENS_PER_VALUE = 2;
    // What the providers count for a large picture.
    private static final long TOKENS_PER_PICTURE = 1_600;
    // No text has as many characters without a space; base64 has.
    private static final Pattern BASE64 = Pattern.compile("(data:[^,]*,)?[A-Za-z0-9+/_-]{1024,}+=*");

    private InputTokens() {}

    /** Rather too high: a call that uses more than it reserved breaks the promise to keep the limits. */
    static long estimate(JsonElement value) {
        long sum = 0;
        if (value instanceof JsonObject object) {
            for (var field : object.entrySet()) {
                sum += estimate(field.getValue());
            }
        } else if (value instanceof JsonArray array) {
            for (var element : array) {
                sum += estimate(element);
            }
        } else if (value instanceof JsonPrimitive primitive && primitive.isString()) {
            sum = ofText(primitive.getAsString());
        } else if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
            sum = TOKENS_PER_VALUE;
        }
        return sum;
    }

    private static long ofText(String text) {
        if (BASE64.matcher(text).matches()) {
            return TOKENS_PER_PICTURE;
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN + TOKENS_PER_VALUE;
    }
}
