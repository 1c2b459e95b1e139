package io.headway.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.headway.v1.SettleSlotRequest;
import io.headway.v1.SlotOutcome;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeadwayHttpClientTest {
    private static final String ANSWER = "{\"choices\":[{}],\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":9}}";
    private static final String DELTA = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
    private static final String EVENTS = DELTA
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":9}}\n\n"
            + "data: [DONE]\n\n";

    private FakeHeadway server;
    private Headway headway;
    private HeadwayHttpClient client;

    @BeforeEach
    void start() throws IOException {
        server = new FakeHeadway();
        headway = Headway.builder().address(server.address()).build();
        client = new HeadwayHttpClient(headway, HttpClient.newHttpClient());
    }

    @AfterEach
    void stop() {
        headway.close();
        server.close();
    }

    @Test
    void settlesWithTheUsageAndTheHeadersOfAnAnswer() throws Exception {
        try (var provider = new FakeProvider(200, "application/json", ANSWER)) {
            assertEquals(ANSWER, client.send(chat(provider.url(), ""), BodyHandlers.ofString()).body());
            assertEquals(ANSWER, client.sendAsync(chat(provider.url(), ""), BodyHandlers.ofString())
                    .get(60, TimeUnit.SECONDS)
                    .body());
        }
        for (var settled : server.settled) {
            expectUsage(settled);
            assertEquals("7", settled.getProviderHeadersOrThrow("x-ratelimit-remaining-requests"));
        }
        assertEquals(2, server.settled.size());
        assertEquals("openai/m", server.acquired.get(0).getModels(0));
    }

    @Test
    void readsTheUsageOfAStreamAndKeepsTheReportBack() throws Exception {
        try (var provider = new FakeProvider(200, "text/event-stream", EVENTS)) {
            var request = chat(provider.url(), ",\"stream\":true");
            var expected = DELTA + "data: [DONE]\n\n";
            assertEquals(expected, client.send(request, BodyHandlers.ofString()).body());
            assertEquals(
                    expected,
                    client.send(request, BodyHandlers.ofLines()).body().collect(Collectors.joining("\n", "", "\n")));
            assertTrue(provider.requests.get(0).contains("include_usage"));
        }
        server.settled.forEach(HeadwayHttpClientTest::expectUsage);
        assertEquals(2, server.settled.size());
    }

    @Test
    void handsOnWhatIsLeftOfAStreamThatIsCut() throws Exception {
        try (var provider = new FakeProvider(200, "text/event-stream", DELTA + "data: {\"choi")) {
            var request = chat(provider.url(), ",\"stream\":true");
            try (var body = client.send(request, BodyHandlers.ofInputStream()).body()) {
                assertEquals(DELTA + "data: {\"choi", new String(body.readAllBytes()));
            }
        }
        assertEquals(1, server.settled.size());
    }

    @Test
    void countsAStreamThatIsLeftEarlyAsFailed() throws Exception {
        // More than fits between the two, so that the provider is still about it.
        try (var provider = new FakeProvider(200, "text/event-stream", DELTA.repeat(1_000_000))) {
            var request = chat(provider.url(), ",\"stream\":true");
            client.send(request, BodyHandlers.ofInputStream()).body().close();
        }
        assertEquals(List.of(SlotOutcome.SLOT_OUTCOME_FAILED), outcomes());
    }

    @Test
    void tellsHeadwayThatTheProviderRefused() throws Exception {
        try (var provider = new FakeProvider(429, "application/json", "{}")) {
            assertEquals(429, client.send(chat(provider.url(), ""), BodyHandlers.ofString()).statusCode());
        }
        assertEquals(List.of(SlotOutcome.SLOT_OUTCOME_RATE_LIMITED), outcomes());
    }

    @Test
    void givesASlotBackWhoseCallWasNeverSent() {
        assertThrows(
                ConnectException.class, () -> client.send(chat("http://127.0.0.1:1", ""), BodyHandlers.discarding()));
        assertEquals(List.of("slot-1"), server.released);
        assertEquals(List.of(), outcomes());
    }

    @Test
    void answersARefusalInTheProvidersPlace() throws Exception {
        try (var provider = new FakeProvider(200, "application/json", ANSWER)) {
            var options = ProviderCallOptions.DEFAULTS.modelOf(model -> "openai/refused");
            var refused = new HeadwayHttpClient(headway, HttpClient.newHttpClient(), options);
            var response = refused.send(chat(provider.url(), ""), BodyHandlers.ofString());
            assertEquals(429, response.statusCode());
            assertEquals("WAIT_TOO_LONG", response.headers().firstValue("x-headway-reason").orElse(""));
            assertEquals("1500", response.headers().firstValue("retry-after-ms").orElse(""));
            assertEquals("2", response.headers().firstValue("retry-after").orElse(""));
            assertTrue(response.body().contains("\"code\":\"WAIT_TOO_LONG\""));
            assertEquals(List.of(), provider.requests);
        }
    }

    @Test
    void leavesTheQueueWhenItsFutureIsCancelled() throws Exception {
        var options = ProviderCallOptions.DEFAULTS.modelOf(model -> "openai/waiting");
        var waiting = new HeadwayHttpClient(headway, HttpClient.newHttpClient(), options);
        var pending = waiting.sendAsync(chat("http://127.0.0.1:1", ""), BodyHandlers.ofString());
        while (server.acquired.isEmpty()) {
            Thread.sleep(1);
        }
        pending.cancel(true);
        assertTrue(server.isLeft.await(60, TimeUnit.SECONDS));
    }

    @Test
    void passesOtherRequestsUntouched() throws Exception {
        try (var provider = new FakeProvider(200, "application/json", "{}")) {
            var other = HttpRequest.newBuilder(URI.create(provider.url() + "/v1/models")).build();
            assertEquals(200, client.send(other, BodyHandlers.discarding()).statusCode());
            var notJson = HttpRequest.newBuilder(URI.create(provider.url() + "/v1/chat/completions"))
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString("{broken"))
                    .build();
            assertEquals(200, client.send(notJson, BodyHandlers.discarding()).statusCode());
            assertEquals(List.of("", "{broken"), provider.requests);
        }
        assertEquals(List.of(), server.acquired);
    }

    private static HttpRequest chat(String url, String more) {
        return HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"m\",\"messages\":[]" + more + "}"))
                .build();
    }

    private static void expectUsage(SettleSlotRequest settled) {
        assertEquals(SlotOutcome.SLOT_OUTCOME_SUCCEEDED, settled.getOutcome());
        assertEquals(21, settled.getUsage().getInputTokens());
        assertEquals(9, settled.getUsage().getOutputTokens());
    }

    private List<SlotOutcome> outcomes() {
        return server.settled.stream().map(SettleSlotRequest::getOutcome).toList();
    }
}
