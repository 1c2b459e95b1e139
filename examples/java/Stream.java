import static io.headway.client.Messages.user;

import io.headway.client.Headway;
import io.headway.v1.CompleteRequest;

/** Shows the place in the queue while it waits, then the text as it is written. */
public final class Stream {
    public static void main(String[] arguments) {
        var request = CompleteRequest.newBuilder()
                .setModel("echo/echo")
                .addMessages(user("Tell me a story of two trains."))
                .build();
        try (var headway = Headway.connect();
                var stream = headway.stream(request)) {
            for (var event : stream) {
                switch (event.getEventCase()) {
                    case QUEUED -> System.out.printf(
                            "number %d for %s%n", event.getQueued().getPosition(), event.getQueued().getModel());
                    case ATTEMPT_STARTED -> System.out.printf(
                            "calling %s%n", event.getAttemptStarted().getModel());
                    case DELTA -> System.out.print(event.getDelta().getText());
                    case DONE -> System.out.printf(
                            "%n%d tokens%n", event.getDone().getUsage().getOutputTokens());
                    default -> {}
                }
            }
        }
    }
}
