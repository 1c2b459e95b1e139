package io.headway.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads what others wrote: whatever is not as expected counts as not there. */
final class Json {
    private Json() {}

    /** Empty: it is no object, or no JSON. */
    static Optional<JsonObject> objectOf(String text) {
        var reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        try {
            var element = JsonParser.parseReader(reader);
            boolean isAlone = reader.peek() == JsonToken.END_DOCUMENT;
            return isAlone && element.isJsonObject() ? Optional.of(element.getAsJsonObject()) : Optional.empty();
        } catch (JsonParseException | IOException unreadable) {
            return Optional.empty();
        }
    }

    /** An empty object where there is none. */
    static JsonObject object(JsonObject parent, String name) {
        return parent.get(name) instanceof JsonObject object ? object : new JsonObject();
    }

    /** The first of the fields that is a number. */
    static OptionalLong number(JsonObject parent, String... names) {
        for (var name : names) {
            if (parent.get(name) instanceof JsonPrimitive value && value.isNumber()) {
                return OptionalLong.of(value.getAsNumber().longValue());
            }
        }
        return OptionalLong.empty();
    }

    static boolean isTrue(JsonElement element) {
        return element instanceof JsonPrimitive value && value.isBoolean() && value.getAsBoolean();
    }

    /** Empty: it is no text. */
    static Optional<String> text(JsonElement element) {
        return element instanceof JsonPrimitive value && value.isString()
                ? Optional.of(value.getAsString())
                : Optional.empty();
    }
}
