package io.headway.client;

import com.google.protobuf.Duration;

/** Durations of Java and of protobuf. */
final class Durations {
    private Durations() {}

    static Duration toMessage(java.time.Duration duration) {
        return Duration.newBuilder().setSeconds(duration.getSeconds()).setNanos(duration.getNano()).build();
    }

    static java.time.Duration of(Duration message) {
        return java.time.Duration.ofSeconds(message.getSeconds(), message.getNanos());
    }
}
