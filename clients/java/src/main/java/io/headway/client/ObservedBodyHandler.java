package io.headway.client;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;

/** Looks at an answer before the handler of the caller. */
record ObservedBodyHandler<T>(ObservedCall call, BodyHandler<T> handler) implements BodyHandler<T> {
    @Override
    public BodySubscriber<T> apply(ResponseInfo answer) {
        var contentType = answer.headers().firstValue("content-type").orElse("");
        var seen = call.begin(answer.statusCode(), contentType, answer.headers().map());
        var reader = handler.apply(answer);
        return seen == ObservedCall.Body.UNSEEN ? reader : new ObservedBody<>(call, seen, reader);
    }
}
