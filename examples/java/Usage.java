import io.headway.client.Headway;
import io.headway.v1.GetUsageRequest;
import io.headway.v1.Timeframe;

/** What the last day has used and cost, model by model, and what is left now. */
public final class Usage {
    public static void main(String[] arguments) {
        try (var headway = Headway.connect()) {
            var usage = headway.usage(GetUsageRequest.newBuilder()
                    .setTimeframe(Timeframe.TIMEFRAME_DAY)
                    .addGroupBy("model")
                    .build());
            for (var group : usage.getGroupsList()) {
                var totals = group.getTotals();
                System.out.printf(
                        "%s: %d requests, %d tokens, $%s%n",
                        group.getKeyOrThrow("model"),
                        totals.getRequests(),
                        totals.getUsage().getTotalTokens(),
                        totals.getCost().getTotalNanoUsd() / 1e9);
            }
            for (var pool : usage.getPoolsList()) {
                for (var limit : pool.getLimitsList()) {
                    if (limit.getUsed() + limit.getReserved() > 0) {
                        System.out.printf(
                                "%s: %d of %d left in %d s, %d waiting%n",
                                pool.getName(),
                                limit.getRemaining(),
                                limit.getCap(),
                                limit.getWindow().getSeconds(),
                                pool.getQueueLength());
                    }
                }
            }
        }
    }
}
