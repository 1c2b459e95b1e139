package io.headway.client;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.protobuf.StatusProto;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.headway.v1.AcquireSlotRequest;
import io.headway.v1.AcquireSlotResponse;
import io.headway.v1.HeadwayServiceGrpc.HeadwayServiceImplBase;
import io.headway.v1.ReleaseSlotRequest;
import io.headway.v1.ReleaseSlotResponse;
import io.headway.v1.SettleSlotRequest;
import io.headway.v1.SettleSlotResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A server that grants every slot, except of a model {@code refused}, and of {@code waiting}, which waits for ever. */
final class FakeHeadway extends HeadwayServiceImplBase implements AutoCloseable {
    final List<AcquireSlotRequest> acquired = new CopyOnWriteArrayList<>();
    final List<SettleSlotRequest> settled = new CopyOnWriteArrayList<>();
    final List<String> released = new CopyOnWriteArrayList<>();
    final List<Metadata> metadata = new CopyOnWriteArrayList<>();
    final CountDownLatch isLeft = new CountDownLatch(1);
    private final Server server;

    FakeHeadway() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(this)
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, R> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                        metadata.add(headers);
                        return next.startCall(call, headers);
                    }
                })
                .build()
                .start();
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void acquireSlot(AcquireSlotRequest request, StreamObserver<AcquireSlotResponse> answer) {
        acquired.add(request);
        var model = request.getModels(0);
        if (model.endsWith("/waiting")) {
            ((ServerCallStreamObserver<AcquireSlotResponse>) answer)
                    .setOnCancelHandler(isLeft::countDown);
        } else if (model.endsWith("/refused")) {
            answer.onError(StatusProto.toStatusRuntimeException(refusal()));
        } else {
            var grant = AcquireSlotResponse.newBuilder().setSlotId("slot-" + acquired.size()).setModel(model);
            answer.onNext(grant.build());
            answer.onCompleted();
        }
    }

    @Override
    public void settleSlot(SettleSlotRequest request, StreamObserver<SettleSlotResponse> answer) {
        settled.add(request);
        answer.onNext(SettleSlotResponse.getDefaultInstance());
        answer.onCompleted();
    }

    @Override
    public void releaseSlot(ReleaseSlotRequest request, StreamObserver<ReleaseSlotResponse> answer) {
        released.add(request.getSlotId());
        answer.onNext(ReleaseSlotResponse.getDefaultInstance());
        answer.onCompleted();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static Status refusal() {
        var info = ErrorInfo.newBuilder().setDomain("headway").setReason("WAIT_TOO_LONG").putMetadata("limit", "rpm");
        var retry = RetryInfo.newBuilder()
                .setRetryDelay(Durations.toMessage(java.time.Duration.ofMillis(1_500)));
        return Status.newBuilder()
                .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
                .setMessage("the wait would be too long")
                .addDetails(Any.pack(info.build()))
                .addDetails(Any.pack(retry.build()))
                .build();
    }
}
