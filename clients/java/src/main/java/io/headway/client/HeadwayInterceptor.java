package io.headway.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.Okio;

/**
 * An interceptor of OkHttp that reserves before and settles after each call of a model, as a program or the SDK of OpenAI
 * makes it: {@code OpenAIOkHttpClient.builder().addInterceptor(new HeadwayInterceptor(headway))}. Other requests pass
 * untouched. A refusal becomes a response with status 429 (or 400, 401, 403, 404, 503) and the header
 * {@code x-headway-reason}, which the SDK throws as its own exception and does not retry.
 */
public final class HeadwayInterceptor implements Interceptor {
    private final ProviderGate gate;

    /** With the options' defaults. */
    public HeadwayInterceptor(Headway headway) {
        this(headway, ProviderCallOptions.DEFAULTS);
    }

    /** With options of one's own. */
    public HeadwayInterceptor(Headway headway, ProviderCallOptions options) {
        gate = new ProviderGate(headway, options);
    }

    /** Calls that went on without a slot because Headway could not be reached. */
    public long proceededCount() {
        return gate.proceededCount();
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        var request = chain.request();
        if (!mayBeCall(request)) {
            return chain.proceed(request);
        }
        byte[] body = bytesOf(request.body());
        // A body that can be written once has been.
        var original = withBody(request, body);
        Optional<ProviderCall> call = ProviderCall.read(request.url().encodedPath(), body);
        if (call.isEmpty()) {
            return chain.proceed(original);
        }
        var admission = admit(chain, call.get());
        if (admission instanceof Admission.Granted granted) {
            return callInSlot(chain, withBody(request, granted.call().requestBody()), granted.call());
        }
        if (admission instanceof Admission.Refused refused) {
            return responseOf(request, refused.answer());
        }
        return chain.proceed(original);
    }

    private Admission admit(Chain chain, ProviderCall call) throws IOException {
        try {
            return gate.admit(call, () -> chain.call().isCanceled());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while it waited for its turn");
        }
    }

    private static Response callInSlot(Chain chain, Request request, ObservedCall call) throws IOException {
        try {
            return observed(chain.proceed(request), call);
        } catch (IOException | RuntimeException | Error error) {
            call.fail(error);
            throw error;
        }
    }

    private static Response observed(Response response, ObservedCall call) throws IOException {
        var body = response.body();
        var seen = call.begin(response.code(), response.header("content-type", ""), response.headers().toMultimap());
        return switch (seen) {
            case UNSEEN -> response;
            case WHOLE -> {
                byte[] answer = body.bytes();
                call.end(answer);
                yield response.newBuilder()
                        .body(ResponseBody.create(answer, body.contentType()))
                        .build();
            }
            case EVENTS -> {
                var events = Okio.buffer(Okio.source(new ObservedInputStream(body.byteStream(), call)));
                yield response.newBuilder()
                        .removeHeader("content-length")
                        .body(ResponseBody.create(events, body.contentType(), -1))
                        .build();
            }
        };
    }

    private static Response responseOf(Request request, Refusal refusal) {
        var response = new Response.Builder()
                .request(request)
                .protocol(Protocol.HTTP_1_1)
                .code(refusal.status())
                .message("refused by Headway")
                .body(ResponseBody.create(refusal.body(), MediaType.get("application/json")));
        refusal.headers().forEach(response::header);
        return response.build();
    }

    private static boolean mayBeCall(Request request) {
        var body = request.body();
        if (body == null || body.isDuplex()) {
            return false;
        }
        var type = body.contentType();
        var contentType = type == null ? request.header("content-type") : type.toString();
        return contentType != null && ProviderCall.mayBe(request.method(), request.url().encodedPath(), contentType);
    }

    private static byte[] bytesOf(RequestBody body) throws IOException {
        var buffer = new Buffer();
        body.writeTo(buffer);
        return buffer.readByteArray();
    }

    private static Request withBody(Request request, byte[] body) {
        return request.newBuilder()
                .removeHeader("content-length")
                .method(request.method(), RequestBody.create(body, request.body().contentType()))
                .build();
    }
}
