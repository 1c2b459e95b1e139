package io.headway.client;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Settings of a {@link Headway}. */
public final class HeadwayBuilder {
    // Calls that do no harm when they are made twice are made again when the connection breaks.
    private static final Map<String, ?> SERVICE_CONFIG = Map.of("methodConfig", List.of(Map.of(
            "name",
            Stream.of("SettleSlot", "ReleaseSlot", "RenewSlot", "GetUsage", "ListModels", "EstimateTokens", "PlanComplete")
                    .map(method -> Map.of("service", "headway.v1.HeadwayService", "method", method))
                    .toList(),
            "retryPolicy",
            Map.of(
                    "maxAttempts", 5.0,
                    "initialBackoff", "0.1s",
                    "maxBackoff", "2s",
                    "backoffMultiplier", 2.0,
                    "retryableStatusCodes", List.of("UNAVAILABLE")))));

    private String address = fromEnvironment("HEADWAY_ADDRESS", "127.0.0.1:50051");
    private String token = fromEnvironment("HEADWAY_TOKEN", "");
    private ChannelCredentials credentials = InsecureChannelCredentials.create();
    private Duration keepAlive = Duration.ofSeconds(30);
    private Consumer<ManagedChannelBuilder<?>> further = channel -> {};

    HeadwayBuilder() {}

    /** {@code host:port} of the gRPC door. Default: the variable HEADWAY_ADDRESS, else 127.0.0.1:50051. */
    public HeadwayBuilder address(String address) {
        this.address = address;
        return this;
    }

    /** Token of the tenant. Default: the variable HEADWAY_TOKEN, else none is sent. */
    public HeadwayBuilder token(String token) {
        this.token = token;
        return this;
    }

    /** Encrypts the connection, trusting the authorities that Java trusts. Default: plain text. */
    public HeadwayBuilder tls() {
        return tls(TlsChannelCredentials.create());
    }

    /** Encrypts the connection with credentials of one's own, as {@link TlsChannelCredentials#newBuilder} makes them. */
    public HeadwayBuilder tls(ChannelCredentials credentials) {
        this.credentials = credentials;
        return this;
    }

    /** How often a connection is pinged, so that a dead one is noticed. Default 30 s; zero: never. */
    public HeadwayBuilder keepAlive(Duration interval) {
        this.keepAlive = interval;
        return this;
    }

    /** Further settings of gRPC's channel, after those above. */
    public HeadwayBuilder channel(Consumer<ManagedChannelBuilder<?>> further) {
        this.further = further;
        return this;
    }

    /** Makes the client. It does not connect yet. */
    public Headway build() {
        var channel = Grpc.newChannelBuilder(address, credentials)
                .defaultServiceConfig(SERVICE_CONFIG)
                .maxInboundMessageSize(Integer.MAX_VALUE);
        if (!keepAlive.isZero()) {
            channel.keepAliveTime(keepAlive.toNanos(), TimeUnit.NANOSECONDS).keepAliveTimeout(10, TimeUnit.SECONDS);
        }
        further.accept(channel);
        return new Headway(channel.build(), new OutgoingMetadata(token));
    }

    private static String fromEnvironment(String name, String otherwise) {
        var value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
