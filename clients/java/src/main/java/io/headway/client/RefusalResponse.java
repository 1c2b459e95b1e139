package io.headway.client;

import java.net.URI;
import java.net.http.HttpClient.Version;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow.Subscription;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;

/** A refusal as Java's HTTP client answers it. */
record RefusalResponse<T>(HttpRequest request, int statusCode, HttpHeaders headers, T body)
        implements HttpResponse<T>, HttpResponse.ResponseInfo {

    /** With the body as the caller's handler makes it. */
    static <T> HttpResponse<T> of(HttpRequest request, Refusal refusal, BodyHandler<T> handler) {
        var headers = HttpHeaders.of(
                refusal.headers().entrySet().stream()
                        .collect(Collectors.toMap(header -> header.getKey(), header -> List.of(header.getValue()))),
                (name, value) -> true);
        var reader = handler.apply(new RefusalResponse<Void>(request, refusal.status(), headers, null));
        reader.onSubscribe(new Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {}
        });
        reader.onNext(List.of(ByteBuffer.wrap(refusal.body())));
        reader.onComplete();
        return new RefusalResponse<>(
                request, refusal.status(), headers, reader.getBody().toCompletableFuture().join());
    }

    @Override
    public Optional<HttpResponse<T>> previousResponse() {
        return Optional.empty();
    }

    @Override
    public Optional<SSLSession> sslSession() {
        return Optional.empty();
    }

    @Override
    public URI uri() {
        return request.uri();
    }

    @Override
    public Version version() {
        return Version.HTTP_1_1;
    }
}
