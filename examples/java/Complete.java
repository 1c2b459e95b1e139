import static io.headway.client.Messages.textOf;
import static io.headway.client.Messages.user;

import io.headway.client.Headway;
import io.headway.client.HeadwayException;
import io.headway.v1.CompleteRequest;
import java.time.Duration;

/** Answers a question: mvn -q -f examples/java compile exec:java -Dexec.mainClass=Complete. */
public final class Complete {
    public static void main(String[] arguments) {
        try (var headway = Headway.connect()) {
            var request = CompleteRequest.newBuilder()
                    .setModel("echo/echo")
                    .addMessages(user("Why do trains keep their distance?"))
                    .putTags("feature", "example")
                    .build();
            var answer = headway.complete(request, Duration.ofMinutes(1));
            System.out.println(textOf(answer.getMessage()));
            System.out.printf(
                    "%s: %d tokens, %d nano-dollars%n",
                    answer.getModel(), answer.getUsage().getTotalTokens(), answer.getCost().getTotalNanoUsd());
            for (var attempt : answer.getAttemptsList()) {
                System.out.printf("tried %s: %s%n", attempt.getModel(), attempt.getExplanation());
            }
        } catch (HeadwayException refusal) {
            System.err.printf("%s; try again in %s%n", refusal.getMessage(), refusal.retryAfter());
            System.exit(1);
        }
    }
}
