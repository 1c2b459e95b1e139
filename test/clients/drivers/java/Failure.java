import com.anthropic.errors.AnthropicServiceException;
import com.openai.errors.OpenAIServiceException;
import io.grpc.Status;
import io.headway.client.HeadwayException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the suite is told of an exception. */
final class Failure {
    private Failure() {}

    static Map<String, Object> of(Throwable error) {
        if (error instanceof OpenAIServiceException refusal) {
            return ofSdk(refusal.statusCode(), refusal.headers().values("x-headway-reason"), error);
        }
        if (error instanceof AnthropicServiceException refusal) {
            return ofSdk(refusal.statusCode(), refusal.headers().values("x-headway-reason"), error);
        }
        if (!(error instanceof HeadwayException refusal)) {
            return Map.of("message", String.valueOf(error));
        }
        if (refusal.code() == Status.Code.CANCELLED) {
            return Map.of("cancelled", true);
        }
        var failure = new HashMap<String, Object>();
        failure.put("code", refusal.code().value());
        failure.put("reason", refusal.reason());
        failure.put("metadata", refusal.metadata());
        refusal.retryAfter().ifPresent(wait -> failure.put("retryAfterMs", wait.toMillis()));
        failure.put(
                "subjects",
                refusal.violations().stream().map(HeadwayException.Violation::subject).toList());
        failure.put("message", refusal.getMessage());
        return failure;
    }

    private static Map<String, Object> ofSdk(int status, List<String> reasons, Throwable error) {
        return Map.of(
                "statusCode", status, "reason", String.join(",", reasons), "message", String.valueOf(error.getMessage()));
    }
}
