package io.headway.client;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * An HTTP client of Java that reserves before and settles after each call of a model:
 * {@code new HeadwayHttpClient(headway, HttpClient.newHttpClient())} in place of the client that it wraps. Other requests
 * pass untouched. A refusal becomes a response with status 429 (or 400, 401, 403, 404, 503) and the header
 * {@code x-headway-reason}.
 *
 * <p>The timeout of a request begins when it may start. Usage is not read from an answer that a request asked to be
 * compressed.
 */
public final class HeadwayHttpClient extends HttpClient {
    private final ProviderGate gate;
    private final HttpClient client;

    /** With the options' defaults. */
    public HeadwayHttpClient(Headway headway, HttpClient client) {
        this(headway, client, ProviderCallOptions.DEFAULTS);
    }

    /** With options of one's own. */
    public HeadwayHttpClient(Headway headway, HttpClient client, ProviderCallOptions options) {
        this.gate = new ProviderGate(headway, options);
        this.client = client;
    }

    /** Calls that went on without a slot because Headway could not be reached. */
    public long proceededCount() {
        return gate.proceededCount();
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        var read = ReadRequest.of(request);
        if (read.call().isEmpty()) {
            return client.send(read.request(), handler);
        }
        var admission = gate.admit(read.call().get(), () -> false);
        if (admission instanceof Admission.Granted granted) {
            var call = granted.call();
            try {
                return client.send(read.inSlot(), new ObservedBodyHandler<>(call, handler));
            } catch (IOException | InterruptedException | RuntimeException | Error error) {
                call.fail(error);
                throw error;
            }
        }
        return admission instanceof Admission.Refused refused
                ? RefusalResponse.of(request, refused.answer(), handler)
                : client.send(read.request(), handler);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        return sendAsync(request, handler, null);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, PushPromiseHandler<T> pushes) {
        var read = ReadRequest.of(request);
        if (read.call().isEmpty()) {
            return client.sendAsync(read.request(), handler, pushes);
        }
        return gate.admitAsync(read.call().get(), admission -> {
            if (admission instanceof Admission.Granted granted) {
                var observed = new ObservedBodyHandler<>(granted.call(), handler);
                var sent = client.sendAsync(read.inSlot(), observed, pushes);
                sent.whenComplete((response, error) -> {
                    if (error != null) {
                        granted.call().fail(error);
                    }
                });
                return sent;
            }
            return admission instanceof Admission.Refused refused
                    ? CompletableFuture.completedFuture(RefusalResponse.of(request, refused.answer(), handler))
                    : client.sendAsync(read.request(), handler, pushes);
        });
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }

    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return client.newWebSocketBuilder();
    }

    /**
     * A request of which the body was read where that was worth while.
     *
     * @param request as it was, with a body that can be sent although it was read
     * @param call empty: it calls no model
     */
    private record ReadRequest(HttpRequest request, Optional<ProviderCall> call) {
        static ReadRequest of(HttpRequest request) {
            var path = request.uri().getRawPath();
            var contentType = request.headers().firstValue("content-type").orElse("");
            if (request.bodyPublisher().isEmpty() || !ProviderCall.mayBe(request.method(), path, contentType)) {
                return new ReadRequest(request, Optional.empty());
            }
            byte[] body = PublishedBytes.of(request.bodyPublisher().get());
            return new ReadRequest(withBody(request, body), ProviderCall.read(path, body));
        }

        /** With what it takes for the provider to report usage. */
        HttpRequest inSlot() {
            return withBody(request, call.orElseThrow().body());
        }

        private static HttpRequest withBody(HttpRequest request, byte[] body) {
            return HttpRequest.newBuilder(request, (name, value) -> true)
                    .method(request.method(), BodyPublishers.ofByteArray(body))
                    .build();
        }
    }
}
