import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.headway.client.Headway;
import io.headway.client.HeadwayAnthropicInterceptor;
import io.headway.client.HeadwayInterceptor;
import io.headway.client.OnUnavailable;
import io.headway.client.ProviderCallOptions;
import java.util.HashMap;
import java.util.Map;

/** Calls by the official SDKs through the interceptors. */
final class Sdk {
    private static final int MAX_TOKENS = 100;

    private Sdk() {}

    static Map<String, Object> call(Headway headway, Command command) {
        if (command.address == null) {
            return callWith(headway, command);
        }
        try (var other = Headway.builder().address(command.address).build()) {
            return callWith(other, command);
        }
    }

    private static Map<String, Object> callWith(Headway headway, Command command) {
        var options = ProviderCallOptions.DEFAULTS.onUnavailable(
                "proceed".equals(command.onUnavailable) ? OnUnavailable.PROCEED : OnUnavailable.FAIL);
        return command.sdk.equals("openai")
                ? callOpenAi(new HeadwayInterceptor(headway, options), command)
                : callAnthropic(new HeadwayAnthropicInterceptor(headway, options), command);
    }

    private static Map<String, Object> callOpenAi(HeadwayInterceptor interceptor, Command command) {
        var client = OpenAIOkHttpClient.builder()
                .apiKey("sk-test")
                .baseUrl(command.baseUrl + "/v1")
                .addInterceptor(interceptor)
                .build();
        var request = ChatCompletionCreateParams.builder()
                .model(command.model)
                .maxTokens(MAX_TOKENS)
                .addUserMessage(command.prompt)
                .build();
        var said = new HashMap<String, Object>();
        if (command.stream) {
            var text = new StringBuilder();
            int withoutChoice = 0;
            try (var chunks = client.chat().completions().createStreaming(request)) {
                for (var chunk : (Iterable<com.openai.models.chat.completions.ChatCompletionChunk>)
                        chunks.stream()::iterator) {
                    withoutChoice += chunk.choices().isEmpty() ? 1 : 0;
                    chunk.choices().forEach(choice -> choice.delta().content().ifPresent(text::append));
                }
            }
            said.putAll(Map.of("text", text.toString(), "chunksWithoutChoice", withoutChoice));
        } else {
            var completion = client.chat().completions().create(request);
            var usage = completion.usage().orElseThrow();
            said.put("text", completion.choices().get(0).message().content().orElse(""));
            said.put("usage", new long[] {usage.promptTokens(), usage.completionTokens()});
        }
        said.put("proceeded", interceptor.proceededCount());
        return said;
    }

    private static Map<String, Object> callAnthropic(HeadwayAnthropicInterceptor interceptor, Command command) {
        var client = AnthropicOkHttpClient.builder()
                .apiKey("sk-test")
                .baseUrl(command.baseUrl)
                .addInterceptor(interceptor)
                .build();
        var request = MessageCreateParams.builder()
                .model(command.model)
                .maxTokens(MAX_TOKENS)
                .addUserMessage(command.prompt)
                .build();
        Message message;
        if (command.stream) {
            var accumulator = MessageAccumulator.create();
            try (var events = client.messages().createStreaming(request)) {
                events.stream().forEach(accumulator::accumulate);
            }
            message = accumulator.message();
        } else {
            message = client.messages().create(request);
        }
        return Map.of(
                "text", message.content().get(0).asText().text(),
                "usage", new long[] {message.usage().inputTokens(), message.usage().outputTokens()},
                "proceeded", interceptor.proceededCount());
    }
}
