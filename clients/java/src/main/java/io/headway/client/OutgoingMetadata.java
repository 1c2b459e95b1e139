package io.headway.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;

/** Adds the token and the trace context to each call. An empty token is not sent. */
record OutgoingMetadata(String token) implements ClientInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<R> listener, Metadata headers) {
                if (!token.isEmpty()) {
                    headers.put(AUTHORIZATION, "Bearer " + token);
                }
                // Not the global propagator: asking for it before the program has set it would fix it for good.
                W3CTraceContextPropagator.getInstance().inject(Context.current(), headers, OutgoingMetadata::set);
                super.start(listener, headers);
            }
        };
    }

    /** What an agent has put there knows of a later span. */
    private static void set(Metadata headers, String name, String value) {
        if (!headers.containsKey(key(name))) {
            headers.put(key(name), value);
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
