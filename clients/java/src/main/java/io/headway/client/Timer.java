package io.headway.client;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread for all that a client does at its time; what it runs must not block. It keeps no program from ending. */
final class Timer implements AutoCloseable {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
        var thread = new Thread(task, "headway-timer");
        thread.setDaemon(true);
        return thread;
    });

    Timer() {
        executor.setRemoveOnCancelPolicy(true);
        // What comes after the end of the client is not done.
        executor.setRejectedExecutionHandler((task, closed) -> {});
    }

    void after(Duration delay, Runnable task) {
        executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    Future<?> every(Duration interval, Runnable task) {
        return executor.scheduleWithFixedDelay(task, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
