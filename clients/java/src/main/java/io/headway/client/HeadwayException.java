package io.headway.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A refusal or failure of Headway, or says that it could not be reached. */
public final class HeadwayException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Set<String> AWAY = Set.of("SHUTTING_DOWN", "STORE_UNAVAILABLE", "INTERNAL");
    private static final Set<Status.Code> AWAY_WITHOUT_REASON =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED, Status.Code.UNKNOWN, Status.Code.INTERNAL);

    private final Details details;

    /**
     * One thing that stood in the way.
     *
     * @param subject the wrong field, or the limit or budget that does not allow it
     * @param description for people
     */
    public record Violation(String subject, String description) implements Serializable {}

    /** The retry delay is null when there is none: an Optional cannot be serialized. */
    private record Details(
            Status.Code code,
            String reason,
            HashMap<String, String> metadata,
            Duration retryAfter,
            ArrayList<Violation> violations)
            implements Serializable {}

    private HeadwayException(String message, Details details, Throwable cause) {
        super(message, cause);
        this.details = details;
    }

    /** Makes one of what gRPC throws. */
    static HeadwayException of(Throwable error) {
        var status = Status.fromThrowable(error);
        var reason = "";
        var metadata = new HashMap<String, String>();
        Duration retryAfter = null;
        var violations = new ArrayList<Violation>();
        for (var detail : detailsOf(error)) {
            try {
                if (detail.is(ErrorInfo.class)) {
                    var info = detail.unpack(ErrorInfo.class);
                    reason = info.getReason();
                    metadata.putAll(info.getMetadataMap());
                } else if (detail.is(RetryInfo.class)) {
                    retryAfter = Durations.of(detail.unpack(RetryInfo.class).getRetryDelay());
                } else if (detail.is(BadRequest.class)) {
                    for (var field : detail.unpack(BadRequest.class).getFieldViolationsList()) {
                        violations.add(new Violation(field.getField(), field.getDescription()));
                    }
                } else if (detail.is(QuotaFailure.class)) {
                    for (var quota : detail.unpack(QuotaFailure.class).getViolationsList()) {
                        violations.add(new Violation(quota.getSubject(), quota.getDescription()));
                    }
                }
            } catch (InvalidProtocolBufferException unreadable) {
                // A detail that cannot be read is as good as one that is not there.
                continue;
            }
        }
        var name = reason.isEmpty() ? status.getCode().name() : reason;
        var said = status.getDescription() == null ? "" : ": " + status.getDescription();
        return new HeadwayException(
                name + said,
                new Details(status.getCode(), reason, metadata, retryAfter, violations),
                error);
    }

    /** The gRPC status. */
    public Status.Code code() {
        return details.code();
    }

    /**
     * Why, as {@code WAIT_TOO_LONG}: see {@link io.headway.v1.ErrorReason}. Empty: the error is not Headway's, as a lost
     * connection.
     */
    public String reason() {
        return details.reason();
    }

    /** Details by name, as {@link io.headway.v1.ErrorReason} describes them. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(details.metadata());
    }

    /** How long to wait before trying again. Empty: not known, or trying again does not help. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(details.retryAfter());
    }

    /** The wrong fields, or the limits and budgets in the way. */
    public List<Violation> violations() {
        return Collections.unmodifiableList(details.violations());
    }

    /** Whether Headway could not be reached or cannot serve now, as opposed to a considered refusal. */
    public boolean isUnavailable() {
        return reason().isEmpty() ? AWAY_WITHOUT_REASON.contains(code()) : AWAY.contains(reason());
    }

    private static List<Any> detailsOf(Throwable error) {
        var status = StatusProto.fromThrowable(error);
        return status == null ? List.of() : status.getDetailsList();
    }
}
