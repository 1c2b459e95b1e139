import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.grpc.TlsChannelCredentials;
import io.headway.client.Headway;
import io.headway.client.Slot;
import io.headway.client.SlotReport;
import io.headway.client.SlotRequest;
import io.headway.v1.CompleteRequest;
import io.headway.v1.GetUsageRequest;
import io.headway.v1.SlotOutcome;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;

/** Does what the contract suite says, one JSON object a line, with the Java client. */
public final class Driver {
    private static final Gson GSON = new Gson();
    private static final Headway HEADWAY = Headway.connect();
    private static final List<Slot> HELD = new ArrayList<>();
    private static final Timer TIMER = new Timer(true);
    private static final TextMapGetter<String> TRACEPARENT = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceparent) {
            return List.of("traceparent");
        }

        @Override
        public String get(String traceparent, String key) {
            return key.equals("traceparent") ? traceparent : null;
        }
    };

    /** What the provider's 429 becomes in a caller's program. */
    private static final class RateLimited extends Exception {
        private static final long serialVersionUID = 1;
    }

    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var command = GSON.fromJson(line, Command.class);
            var request = JsonParser.parseString(line).getAsJsonObject().getAsJsonObject("request");
            var thread = new Thread(() -> answer(command, request));
            thread.setDaemon(true);
            thread.start();
        }
        System.exit(0);
    }

    private static void answer(Command command, JsonObject request) {
        var said = new HashMap<String, Object>(Map.of("id", command.id));
        try {
            said.put("ok", run(command, request));
        } catch (Throwable error) {
            said.put("error", Failure.of(error));
        }
        synchronized (System.out) {
            System.out.println(GSON.toJson(said));
        }
    }

    private static Map<String, Object> run(Command command, JsonObject request) throws Exception {
        if (command.cancelAfterMs > 0) {
            interruptLater(Thread.currentThread(), command.cancelAfterMs);
        }
        return switch (command.operation) {
            case "complete" -> {
                var message = read(request, CompleteRequest.newBuilder()).build();
                var response = command.timeoutMs == 0
                        ? HEADWAY.complete(message)
                        : HEADWAY.complete(message, Duration.ofMillis(command.timeoutMs));
                yield Map.of("response", json(response));
            }
            case "stream" -> stream(command, read(request, CompleteRequest.newBuilder()).build());
            case "usage" -> Map.of("response", json(HEADWAY.usage(read(request, GetUsageRequest.newBuilder()).build())));
            case "slot" -> slot(command);
            case "sdk" -> Sdk.call(HEADWAY, command);
            case "workers" -> Workers.run(HEADWAY, command);
            case "connect" -> connect(command);
            case "measure" -> Workers.measure(HEADWAY, command);
            default -> throw new IllegalArgumentException(command.operation);
        };
    }

    private static Map<String, Object> stream(Command command, CompleteRequest request) {
        var events = new ArrayList<String>();
        var text = new StringBuilder();
        try (var stream = HEADWAY.stream(request)) {
            for (var response : stream) {
                var oneof = response.getDescriptorForType().getOneofs().get(0);
                var kind = response.getOneofFieldDescriptor(oneof).getJsonName();
                events.add(kind);
                text.append(response.getDelta().getText());
                if (kind.equals(command.stopAt)) {
                    break;
                }
            }
        }
        return Map.of("events", events, "text", text.toString());
    }

    private static Map<String, Object> connect(Command command) throws IOException {
        var builder = Headway.builder().address(command.address).token(command.token);
        if (command.tlsRoot != null) {
            var root = new ByteArrayInputStream(command.tlsRoot.getBytes(StandardCharsets.UTF_8));
            builder.tls(TlsChannelCredentials.newBuilder().trustManager(root).build());
        }
        var trace = W3CTraceContextPropagator.getInstance().extract(Context.root(), command.traceparent, TRACEPARENT);
        try (var headway = builder.build(); var scope = trace.makeCurrent()) {
            headway.complete(CompleteRequest.getDefaultInstance());
        }
        return Map.of();
    }

    private static Map<String, Object> slot(Command command) throws Exception {
        var request = SlotRequest.of(command.models).inputTokens(command.inputTokens);
        if (command.maxOutputTokens != null) {
            request = request.maxOutputTokens(command.maxOutputTokens);
        }
        if (command.maxWaitMs != null) {
            request = request.maxWait(Duration.ofMillis(command.maxWaitMs));
        }
        if (command.leaseMs > 0) {
            request = request.lease(Duration.ofMillis(command.leaseMs));
        }
        var usage = command.usage == null ? SlotReport.EMPTY : SlotReport.ofUsage(command.usage[0], command.usage[1]);
        var told = new HashMap<String, Object>();
        switch (command.end) {
            case "hold" -> {
                var slot = HEADWAY.acquireSlot(request);
                HELD.add(slot);
                tell(told, slot);
            }
            case "fail", "rateLimited" -> {
                try {
                    HEADWAY.withSlot(request, slot -> {
                        tell(told, slot);
                        if (command.end.equals("fail")) {
                            throw new IOException("it broke");
                        }
                        slot.report(SlotReport.ofOutcome(SlotOutcome.SLOT_OUTCOME_RATE_LIMITED).statusCode(429));
                        throw new RateLimited();
                    });
                } catch (IOException | RateLimited expected) {
                    break;
                }
            }
            default -> {
                try (var slot = HEADWAY.acquireSlot(request)) {
                    tell(told, slot);
                    switch (command.end) {
                        case "report" -> slot.report(usage);
                        case "release" -> slot.release();
                        case "settle" -> {
                            Thread.sleep(command.holdMs);
                            told.put("settled", json(slot.settle(usage)));
                        }
                        default -> {}
                    }
                }
            }
        }
        return told;
    }

    private static void tell(Map<String, Object> told, Slot slot) {
        told.put("model", slot.model());
        told.put("reservedTokens", slot.reservedTokens());
    }

    private static void interruptLater(Thread thread, long delayMs) {
        TIMER.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        thread.interrupt();
                    }
                },
                delayMs);
    }

    private static <B extends Message.Builder> B read(JsonObject json, B builder) throws InvalidProtocolBufferException {
        JsonFormat.parser().merge(json.toString(), builder);
        return builder;
    }

    private static JsonObject json(MessageOrBuilder message) throws InvalidProtocolBufferException {
        return JsonParser.parseString(JsonFormat.printer().print(message)).getAsJsonObject();
    }
}
