package io.headway.client;

import io.headway.v1.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Hands server-sent events on, reads the usage from them, and keeps back the one that only we asked for. Nothing of an
 * event is handed on before its end.
 */
final class EventFilter {
    private static final Pattern USAGE = Pattern.compile("\"usage(Metadata)?\"");
    // What the providers send last; readers go away after it without waiting for the end. Gemini sends nothing of the
    // kind.
    private static final Pattern LAST = Pattern.compile(
            "^data: ?\\[DONE]|^event: ?(message_stop|response\\.(completed|incomplete))\\s*$", Pattern.MULTILINE);

    private final UsageReader reader;
    private final boolean hideUsage;
    private byte[] pending = {};
    private boolean isComplete;

    EventFilter(ProviderCall call) {
        this.reader = new UsageReader(call.wire());
        this.hideUsage = call.hideUsage();
    }

    /** Empty: the provider reported none so far. */
    Optional<Usage> usage() {
        return reader.usage();
    }

    /** Whether the provider has said all it had to say. */
    boolean isComplete() {
        return isComplete;
    }

    /** Takes what came, and gives the whole events; the rest is kept for later. */
    byte[] take(byte[] chunk, int length) {
        // An end may be split among two chunks.
        int from = Math.max(0, pending.length - 2);
        byte[] all = Arrays.copyOf(pending, pending.length + length);
        System.arraycopy(chunk, 0, all, pending.length, length);
        var passed = new ByteArrayOutputStream(all.length);
        int start = 0;
        for (int end = endOfEvent(all, from); end != -1; end = endOfEvent(all, end)) {
            if (!isHidden(all, start, end)) {
                passed.write(all, start, end - start);
            }
            start = end;
        }
        pending = Arrays.copyOfRange(all, start, all.length);
        return passed.toByteArray();
    }

    /** What is left of an event that was cut. */
    byte[] rest() {
        byte[] rest = pending;
        pending = new byte[0];
        return rest;
    }

    /** The position after the next empty line, −1 without one. */
    private static int endOfEvent(byte[] bytes, int from) {
        for (int at = from; at < bytes.length - 1; at++) {
            if (bytes[at] == '\n') {
                int next = bytes[at + 1] == '\r' ? at + 2 : at + 1;
                if (next < bytes.length && bytes[next] == '\n') {
                    return next + 1;
                }
            }
        }
        return -1;
    }

    private boolean isHidden(byte[] bytes, int start, int end) {
        var event = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        isComplete |= LAST.matcher(event).find();
        // Most events carry a piece of text and nothing else.
        if (!USAGE.matcher(event).find()) {
            return false;
        }
        var data = event.lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring("data:".length()))
                .collect(Collectors.joining("\n"));
        boolean isUsageAlone = Json.objectOf(data).map(reader::read).orElse(false);
        return isUsageAlone && hideUsage;
    }
}
