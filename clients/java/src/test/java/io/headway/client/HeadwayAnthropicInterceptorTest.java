package io.headway.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClientAsync;
import com.anthropic.client.okhttp.AnthropicOkHttpClientAsync;
import com.anthropic.errors.RateLimitException;
import com.anthropic.models.messages.MessageCreateParams;
import io.headway.v1.SettleSlotRequest;
import io.headway.v1.SlotOutcome;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SDK's asynchronous client; the contract suite has the other one. */
class HeadwayAnthropicInterceptorTest {
    private static final String ANSWER = "{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\","
            + "\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],\"stop_reason\":\"end_turn\","
            + "\"usage\":{\"input_tokens\":21,\"output_tokens\":9}}";
    private static final String EVENTS = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":" + ANSWER
            + "}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":9}}"
            + "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    private FakeHeadway server;
    private Headway headway;

    @BeforeEach
    void start() throws IOException {
        server = new FakeHeadway();
        headway = Headway.builder().address(server.address()).build();
    }

    @AfterEach
    void stop() {
        headway.close();
        server.close();
    }

    @Test
    void settlesWithTheUsageOfAnAnswer() throws Exception {
        try (var provider = new FakeProvider(200, "application/json", ANSWER)) {
            var message = clientOf(provider.url()).messages().create(hello("m")).get(60, TimeUnit.SECONDS);
            assertEquals("hi", message.content().get(0).asText().text());
        }
        expectUsage();
    }

    @Test
    void settlesWithTheUsageOfAStream() throws Exception {
        try (var provider = new FakeProvider(200, "text/event-stream", EVENTS)) {
            var stream = clientOf(provider.url()).messages().createStreaming(hello("m"));
            stream.subscribe(event -> {});
            stream.onCompleteFuture().get(60, TimeUnit.SECONDS);
        }
        expectUsage();
    }

    @Test
    void throwsARefusalAsTheSdksOwnException() throws Exception {
        try (var provider = new FakeProvider(200, "application/json", ANSWER)) {
            var pending = clientOf(provider.url()).messages().create(hello("refused"));
            var error = assertThrows(ExecutionException.class, () -> pending.get(60, TimeUnit.SECONDS));
            var refusal = assertInstanceOf(RateLimitException.class, error.getCause());
            assertEquals(List.of("WAIT_TOO_LONG"), refusal.headers().values("x-headway-reason"));
            assertEquals(List.of(), provider.requests);
        }
    }

    @Test
    void givesASlotBackWhoseCallWasNeverSent() {
        var pending = clientOf("http://127.0.0.1:1").messages().create(hello("m"));
        assertThrows(ExecutionException.class, () -> pending.get(60, TimeUnit.SECONDS));
        assertEquals(List.of("slot-1"), server.released);
        assertTrue(server.settled.isEmpty());
    }

    private AnthropicClientAsync clientOf(String url) {
        return AnthropicOkHttpClientAsync.builder()
                .apiKey("sk-test")
                .baseUrl(url)
                .maxRetries(0)
                .addInterceptor(new HeadwayAnthropicInterceptor(headway))
                .build();
    }

    private static MessageCreateParams hello(String model) {
        return MessageCreateParams.builder().model(model).maxTokens(100).addUserMessage("hello").build();
    }

    private void expectUsage() {
        assertEquals(1, server.settled.size());
        SettleSlotRequest settled = server.settled.get(0);
        assertEquals(SlotOutcome.SLOT_OUTCOME_SUCCEEDED, settled.getOutcome());
        assertEquals(21, settled.getUsage().getInputTokens());
        assertEquals(9, settled.getUsage().getOutputTokens());
    }
}
