import io.headway.client.Headway;
import io.headway.client.HeadwayInterceptor;
import io.headway.client.SlotReport;
import io.headway.client.SlotRequest;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;

/** Ten direct calls at a pace that the provider accepts. */
public final class Slot {
    public static void main(String[] arguments) throws InterruptedException {
        try (var headway = Headway.connect()) {
            // With an SDK it is one line, as for OpenAI's: addInterceptor(new HeadwayInterceptor(headway)).
            new OkHttpClient.Builder().addInterceptor(new HeadwayInterceptor(headway)).build();

            // By hand:
            var request = SlotRequest.of("openai/gpt-4o-mini").inputTokens(20).maxOutputTokens(50);
            var workers = Executors.newFixedThreadPool(10);
            for (int number = 1; number <= 10; number++) {
                int question = number;
                workers.execute(() -> {
                    try (var slot = headway.acquireSlot(request)) {
                        // Call the provider here, in any way, and report what it used.
                        slot.report(SlotReport.ofUsage(12, 30));
                        System.out.printf(
                                "question %d (%s after %d ms, %d tokens reserved)%n",
                                question, slot.model(), slot.waited().toMillis(), slot.reservedTokens());
                    }
                });
            }
            workers.shutdown();
            workers.awaitTermination(1, TimeUnit.MINUTES);
        }
    }
}
