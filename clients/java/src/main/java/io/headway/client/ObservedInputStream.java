package io.headway.client;

import java.io.IOException;
import java.io.InputStream;

/** The body of a streamed answer. Its call is settled before the reader sees the end. */
final class ObservedInputStream extends InputStream {
    private final InputStream source;
    private final ObservedCall call;
    private final byte[] chunk = new byte[16 << 10];

    private byte[] ready = {};
    private int position;
    private boolean isAtEnd;
    // What the source threw, for when the reader has all that came before.
    private IOException failure;

    ObservedInputStream(InputStream source, ObservedCall call) {
        this.source = source;
        this.call = call;
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) == -1 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (position == ready.length && !isAtEnd) {
            fill();
        }
        if (position == ready.length) {
            if (failure != null) {
                throw failure;
            }
            return -1;
        }
        int count = Math.min(length, ready.length - position);
        System.arraycopy(ready, position, target, offset, count);
        position += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        call.end(false);
        source.close();
    }

    private void fill() {
        position = 0;
        var events = call.events();
        try {
            int count = source.read(chunk);
            isAtEnd = count == -1;
            ready = isAtEnd ? events.rest() : events.take(chunk, count);
            if (isAtEnd || events.isComplete()) {
                call.end(true);
            }
        } catch (IOException broken) {
            failure = broken;
            isAtEnd = true;
            ready = events.rest();
            call.end(false);
        }
    }
}
