import io.headway.client.Headway;
import io.headway.client.HeadwayException;
import io.headway.client.SlotReport;
import io.headway.client.SlotRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Direct calls in slots. */
final class Workers {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final long RETRY_MS = 50;

    private Workers() {}

    static Map<String, Object> run(Headway headway, Command command) throws InterruptedException, ExecutionException {
        var workers = Executors.newFixedThreadPool(command.workers);
        try {
            var calls = new ArrayList<Future<Integer>>();
            for (int call = 0; call < command.calls; call++) {
                Callable<Integer> task = () -> callUntilServed(headway, command);
                calls.add(workers.submit(task));
            }
            var statuses = new HashMap<Integer, Integer>();
            for (var call : calls) {
                statuses.merge(call.get(), 1, Integer::sum);
            }
            return Map.of("statuses", statuses);
        } finally {
            workers.shutdownNow();
        }
    }

    static Map<String, Object> measure(Headway headway, Command command) throws IOException, InterruptedException {
        var directMs = new double[command.calls];
        var slotMs = new double[command.calls];
        var nextMs = new double[command.calls];
        for (int call = 0; call < command.calls; call++) {
            long began = System.nanoTime();
            post(command);
            long directEnd = System.nanoTime();
            callInSlot(headway, command);
            long slotEnd = System.nanoTime();
            post(command);
            directMs[call] = (directEnd - began) / 1e6;
            slotMs[call] = (slotEnd - directEnd) / 1e6;
            nextMs[call] = (System.nanoTime() - slotEnd) / 1e6;
        }
        return Map.of("directMs", directMs, "slotMs", slotMs, "nextMs", nextMs);
    }

    /** Tries again as long as Headway cannot be reached. */
    private static int callUntilServed(Headway headway, Command command) throws IOException, InterruptedException {
        while (true) {
            try {
                return callInSlot(headway, command);
            } catch (HeadwayException refusal) {
                if (!refusal.isUnavailable()) {
                    throw refusal;
                }
                Thread.sleep(RETRY_MS);
            }
        }
    }

    private static int callInSlot(Headway headway, Command command) throws IOException, InterruptedException {
        try (var slot = headway.acquireSlot(SlotRequest.of(command.models).totalTokens(10))) {
            int status = post(command);
            slot.report(SlotReport.ofUsage(3, 1).statusCode(status));
            return status;
        }
    }

    private static int post(Command command) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(command.url))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    }
}
