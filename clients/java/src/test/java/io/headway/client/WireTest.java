package io.headway.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.headway.v1.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The cases that the clients of all languages are tested with. */
class WireTest {
    private static final String CHAT = "/v1/chat/completions";

    @TestFactory
    Stream<DynamicTest> requests() throws IOException {
        return cases("requests").map(given -> dynamicTest(nameOf(given), () -> {
            var path = given.get("path").getAsString();
            var call = ProviderCall.read(path, bytes(given.get("body").toString()));
            if (given.get("call").isJsonNull()) {
                assertEquals(Optional.empty(), call);
                return;
            }
            var expected = given.getAsJsonObject("call");
            var got = call.orElseThrow();
            assertEquals(wireOf(expected), got.wire());
            assertEquals(expected.get("upstreamModel").getAsString(), got.upstreamModel());
            assertEquals(expected.get("inputTokens").getAsLong(), got.inputTokens());
            var most = expected.get("maxOutputTokens");
            assertEquals(
                    most.isJsonNull() ? OptionalLong.empty() : OptionalLong.of(most.getAsLong()),
                    got.maxOutputTokens());
            assertEquals(expected.get("hideUsage").getAsBoolean(), got.hideUsage());
        }));
    }

    @Test
    void addsNothingButTheOptionToTheRequest() {
        var body = "{\"model\":\"m\",\"temperature\":0.10,\"stream\":true,\"seed\":12345678901234567890}";
        var call = ProviderCall.read(CHAT, bytes(body)).orElseThrow();
        var expected = body.replace("}", ",\"stream_options\":{\"include_usage\":true}}");
        assertEquals(expected, new String(call.body(), StandardCharsets.UTF_8));
    }

    @Test
    void requestThatIsNotJsonIsNoCall() {
        for (var body : new String[] {"{", "", "[]", "{model: 'm'}", "{\"model\": \"m\"} and more"}) {
            assertEquals(Optional.empty(), ProviderCall.read(CHAT, bytes(body)), body);
        }
    }

    @Test
    void largePictureIsNotCountedByItsBytes() {
        var picture = "data:image/png;base64," + "A".repeat(1_000_000);
        var body = "{\"model\":\"m\",\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"" + picture + "\"}}]}]}";
        assertEquals(1_603, ProviderCall.read(CHAT, bytes(body)).orElseThrow().inputTokens());
    }

    @TestFactory
    Stream<DynamicTest> usageOfAnswers() throws IOException {
        return cases("answers").map(given -> dynamicTest(nameOf(given), () -> {
            var reader = new UsageReader(wireOf(given));
            reader.read(given.getAsJsonObject("body"));
            assertEquals(usageOf(given), reader.usage());
        }));
    }

    @TestFactory
    Stream<DynamicTest> streams() throws IOException {
        return cases("streams").flatMap(given -> IntStream.of(1, 7, 100_000)
                .mapToObj(size -> dynamicTest(nameOf(given) + " in pieces of " + size, () -> expectStream(given, size))));
    }

    private static void expectStream(JsonObject given, int size) throws IOException {
        var call = new ProviderCall(
                wireOf(given), "m", 0, OptionalLong.empty(), new byte[0], given.get("hideUsage").getAsBoolean());
        var filter = new EventFilter(call);
        var events = given.getAsJsonArray("events");
        byte[] all = bytes(joined(events, IntStream.range(0, events.size())));
        var passed = new ByteArrayOutputStream();
        for (int at = 0; at < all.length; at += size) {
            byte[] chunk = Arrays.copyOfRange(all, at, Math.min(all.length, at + size));
            passed.write(filter.take(chunk, chunk.length));
        }
        passed.write(filter.rest());
        var indexes = StreamSupport.stream(given.getAsJsonArray("passed").spliterator(), false);
        assertArrayEquals(bytes(joined(events, indexes.mapToInt(JsonElement::getAsInt))), passed.toByteArray());
        assertEquals(usageOf(given), filter.usage());
        assertEquals(given.get("isComplete").getAsBoolean(), filter.isComplete());
    }

    private static Stream<JsonObject> cases(String part) throws IOException {
        var text = Files.readString(Path.of("../wire-cases.json"));
        var cases = JsonParser.parseString(text).getAsJsonObject().getAsJsonArray(part);
        return StreamSupport.stream(cases.spliterator(), false).map(JsonElement::getAsJsonObject);
    }

    private static String nameOf(JsonObject given) {
        return given.get("name").getAsString();
    }

    private static Wire wireOf(JsonObject given) {
        var provider = given.get("wire").getAsString();
        return Arrays.stream(Wire.values())
                .filter(wire -> wire.provider().equals(provider))
                .findFirst()
                .orElseThrow();
    }

    private static Optional<Usage> usageOf(JsonObject given) throws InvalidProtocolBufferException {
        if (given.get("usage").isJsonNull()) {
            return Optional.empty();
        }
        var usage = Usage.newBuilder();
        JsonFormat.parser().merge(given.get("usage").toString(), usage);
        return Optional.of(usage.build());
    }

    private static String joined(JsonArray events, IntStream indexes) {
        var joined = new StringBuilder();
        indexes.forEach(index -> joined.append(events.get(index).getAsString()));
        return joined.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
