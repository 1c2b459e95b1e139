package io.headway.client;

import com.anthropic.core.RequestOptions;
import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpClient;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpRequestBody;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.core.http.Interceptor;
import com.anthropic.errors.AnthropicIoException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An interceptor of the SDK of Anthropic that reserves before and settles after each call of a model:
 * {@code AnthropicOkHttpClient.builder().addInterceptor(new HeadwayAnthropicInterceptor(headway))}. Other requests pass
 * untouched. A refusal becomes a response with status 429 (or 400, 401, 403, 404, 503) and the header
 * {@code x-headway-reason}, which the SDK throws as its own exception and does not retry.
 */
public final class HeadwayAnthropicInterceptor implements Interceptor {
    private final ProviderGate gate;

    /** With the options' defaults. */
    public HeadwayAnthropicInterceptor(Headway headway) {
        this(headway, ProviderCallOptions.DEFAULTS);
    }

    /** With options of one's own. */
    public HeadwayAnthropicInterceptor(Headway headway, ProviderCallOptions options) {
        gate = new ProviderGate(headway, options);
    }

    /** Calls that went on without a slot because Headway could not be reached. */
    public long proceededCount() {
        return gate.proceededCount();
    }

    @Override
    public HttpClient intercept(HttpClient next) {
        return new Intercepted(gate, next);
    }

    private record Intercepted(ProviderGate gate, HttpClient next) implements HttpClient {
        @Override
        public HttpResponse execute(HttpRequest original, RequestOptions options) {
            var request = readable(original);
            var call = callOf(request);
            if (call.isEmpty()) {
                return next.execute(request, options);
            }
            var admission = admit(call.get());
            if (admission instanceof Admission.Granted granted) {
                try {
                    return observed(next.execute(request, options), granted.call());
                } catch (RuntimeException | Error error) {
                    granted.call().fail(error);
                    throw error;
                }
            }
            return admission instanceof Admission.Refused refused
                    ? responseOf(refused.answer())
                    : next.execute(request, options);
        }

        @Override
        public CompletableFuture<HttpResponse> executeAsync(HttpRequest original, RequestOptions options) {
            var request = readable(original);
            var call = callOf(request);
            if (call.isEmpty()) {
                return next.executeAsync(request, options);
            }
            return gate.admitAsync(call.get(), admission -> {
                if (admission instanceof Admission.Granted granted) {
                    return callInSlotAsync(request, options, granted.call());
                }
                return admission instanceof Admission.Refused refused
                        ? CompletableFuture.completedFuture(responseOf(refused.answer()))
                        : next.executeAsync(request, options);
            });
        }

        @Override
        public void close() {
            next.close();
        }

        private Admission admit(ProviderCall call) {
            try {
                return gate.admit(call, () -> false);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AnthropicIoException("interrupted while it waited for its turn", interrupted);
            } catch (IOException error) {
                throw new AnthropicIoException("Request failed", error);
            }
        }

        private CompletableFuture<HttpResponse> callInSlotAsync(
                HttpRequest request, RequestOptions options, ObservedCall call) {
            var result = new CompletableFuture<HttpResponse>();
            var sent = next.executeAsync(request, options);
            ProviderGate.cancelWith(result, sent);
            sent.thenApply(response -> observed(response, call)).whenComplete((response, error) -> {
                if (error != null) {
                    call.fail(error);
                    result.completeExceptionally(error);
                } else if (!result.complete(response)) {
                    response.close();
                }
            });
            return result;
        }
    }

    /** With a body that can be read before it is sent, if it is worth while to read it. */
    private static HttpRequest readable(HttpRequest request) {
        return mayBeCall(request) ? request.buffered() : request;
    }

    private static boolean mayBeCall(HttpRequest request) {
        var contentType = request.body().map(HttpRequestBody::contentType).orElse("");
        return ProviderCall.mayBe(request.method().name(), pathOf(request), contentType);
    }

    private static Optional<ProviderCall> callOf(HttpRequest request) {
        return mayBeCall(request)
                ? request.body().flatMap(body -> ProviderCall.read(pathOf(request), bytesOf(body)))
                : Optional.empty();
    }

    private static String pathOf(HttpRequest request) {
        return URI.create(request.url()).getRawPath();
    }

    private static byte[] bytesOf(HttpRequestBody body) {
        var bytes = new ByteArrayOutputStream();
        body.writeTo(bytes);
        return bytes.toByteArray();
    }

    private static HttpResponse observed(HttpResponse response, ObservedCall call) {
        var headers = mapOf(response.headers());
        var contentType = String.join(",", response.headers().values("content-type"));
        var seen = call.begin(response.statusCode(), contentType, headers);
        return switch (seen) {
            case UNSEEN -> response;
            case WHOLE -> {
                byte[] answer = allOf(response);
                call.end(answer);
                yield new Answer(
                        response.statusCode(),
                        response.headers(),
                        new ByteArrayInputStream(answer),
                        response::close);
            }
            case EVENTS -> {
                var events = new ObservedInputStream(response.body(), call);
                yield new Answer(response.statusCode(), response.headers(), events, response::close);
            }
        };
    }

    private static byte[] allOf(HttpResponse response) {
        try (var body = response.body()) {
            return body.readAllBytes();
        } catch (IOException error) {
            throw new AnthropicIoException("Request failed", error);
        }
    }

    private static Map<String, List<String>> mapOf(Headers headers) {
        var map = new HashMap<String, List<String>>();
        headers.names().forEach(name -> map.put(name, headers.values(name)));
        return map;
    }

    private static HttpResponse responseOf(Refusal refusal) {
        var headers = Headers.builder();
        refusal.headers().forEach(headers::put);
        return new Answer(refusal.status(), headers.build(), new ByteArrayInputStream(refusal.body()), () -> {});
    }

    /** An answer with a body of ours. */
    private record Answer(int statusCode, Headers headers, InputStream body, Runnable closeSource)
            implements HttpResponse {
        @Override
        public void close() {
            // The call ends with its body, which the SDK need not have closed.
            try (body) {
                closeSource.run();
            } catch (IOException error) {
                throw new AnthropicIoException("the answer could not be closed", error);
            }
        }
    }
}
