package io.headway.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;

/**
 * Makes a broken connection anew soon after the server is back: by itself gRPC waits up to two minutes, and in Java it
 * lets nobody set that.
 */
final class Reconnector {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final ManagedChannel connection;
    private final Timer timer;

    Reconnector(ManagedChannel connection, Timer timer) {
        this.connection = connection;
        this.timer = timer;
    }

    void start() {
        var state = connection.getState(false);
        if (state == ConnectivityState.TRANSIENT_FAILURE) {
            timer.after(SHORTEST, () -> tryAgain(SHORTEST));
        } else if (state != ConnectivityState.SHUTDOWN) {
            connection.notifyWhenStateChanged(state, this::start);
        }
    }

    private void tryAgain(Duration waited) {
        // It stays in failure while it tries, until it has succeeded.
        if (connection.getState(false) != ConnectivityState.TRANSIENT_FAILURE) {
            start();
            return;
        }
        connection.resetConnectBackoff();
        var next = waited.multipliedBy(2).compareTo(LONGEST) < 0 ? waited.multipliedBy(2) : LONGEST;
        timer.after(next, () -> tryAgain(next));
    }
}
