package io.headway.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Starts calls of language models only when their providers are going to accept them.
 * Where tenants are configured every call carries `authorization: Bearer &lt;token&gt;`. A W3C `traceparent` in the metadata
 * becomes the parent of the spans. Errors are a canonical status with google.rpc.ErrorInfo; see ErrorReason.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class HeadwayServiceGrpc {

  private HeadwayServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "headway.v1.HeadwayService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.headway.v1.CompleteRequest,
      io.headway.v1.CompleteResponse> getCompleteMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Complete",
      requestType = io.headway.v1.CompleteRequest.class,
      responseType = io.headway.v1.CompleteResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.CompleteRequest,
      io.headway.v1.CompleteResponse> getCompleteMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.CompleteRequest, io.headway.v1.CompleteResponse> getCompleteMethod;
    if ((getCompleteMethod = HeadwayServiceGrpc.getCompleteMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getCompleteMethod = HeadwayServiceGrpc.getCompleteMethod) == null) {
          HeadwayServiceGrpc.getCompleteMethod = getCompleteMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.CompleteRequest, io.headway.v1.CompleteResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Complete"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.CompleteRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.CompleteResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("Complete"))
              .build();
        }
      }
    }
    return getCompleteMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.StreamCompleteRequest,
      io.headway.v1.StreamCompleteResponse> getStreamCompleteMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "StreamComplete",
      requestType = io.headway.v1.StreamCompleteRequest.class,
      responseType = io.headway.v1.StreamCompleteResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.headway.v1.StreamCompleteRequest,
      io.headway.v1.StreamCompleteResponse> getStreamCompleteMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.StreamCompleteRequest, io.headway.v1.StreamCompleteResponse> getStreamCompleteMethod;
    if ((getStreamCompleteMethod = HeadwayServiceGrpc.getStreamCompleteMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getStreamCompleteMethod = HeadwayServiceGrpc.getStreamCompleteMethod) == null) {
          HeadwayServiceGrpc.getStreamCompleteMethod = getStreamCompleteMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.StreamCompleteRequest, io.headway.v1.StreamCompleteResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "StreamComplete"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.StreamCompleteRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.StreamCompleteResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("StreamComplete"))
              .build();
        }
      }
    }
    return getStreamCompleteMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.CompleteBatchRequest,
      io.headway.v1.CompleteBatchResponse> getCompleteBatchMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CompleteBatch",
      requestType = io.headway.v1.CompleteBatchRequest.class,
      responseType = io.headway.v1.CompleteBatchResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.headway.v1.CompleteBatchRequest,
      io.headway.v1.CompleteBatchResponse> getCompleteBatchMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.CompleteBatchRequest, io.headway.v1.CompleteBatchResponse> getCompleteBatchMethod;
    if ((getCompleteBatchMethod = HeadwayServiceGrpc.getCompleteBatchMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getCompleteBatchMethod = HeadwayServiceGrpc.getCompleteBatchMethod) == null) {
          HeadwayServiceGrpc.getCompleteBatchMethod = getCompleteBatchMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.CompleteBatchRequest, io.headway.v1.CompleteBatchResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CompleteBatch"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.CompleteBatchRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.CompleteBatchResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("CompleteBatch"))
              .build();
        }
      }
    }
    return getCompleteBatchMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.PlanCompleteRequest,
      io.headway.v1.PlanCompleteResponse> getPlanCompleteMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PlanComplete",
      requestType = io.headway.v1.PlanCompleteRequest.class,
      responseType = io.headway.v1.PlanCompleteResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.PlanCompleteRequest,
      io.headway.v1.PlanCompleteResponse> getPlanCompleteMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.PlanCompleteRequest, io.headway.v1.PlanCompleteResponse> getPlanCompleteMethod;
    if ((getPlanCompleteMethod = HeadwayServiceGrpc.getPlanCompleteMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getPlanCompleteMethod = HeadwayServiceGrpc.getPlanCompleteMethod) == null) {
          HeadwayServiceGrpc.getPlanCompleteMethod = getPlanCompleteMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.PlanCompleteRequest, io.headway.v1.PlanCompleteResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PlanComplete"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.PlanCompleteRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.PlanCompleteResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("PlanComplete"))
              .build();
        }
      }
    }
    return getPlanCompleteMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.AcquireSlotRequest,
      io.headway.v1.AcquireSlotResponse> getAcquireSlotMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AcquireSlot",
      requestType = io.headway.v1.AcquireSlotRequest.class,
      responseType = io.headway.v1.AcquireSlotResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.AcquireSlotRequest,
      io.headway.v1.AcquireSlotResponse> getAcquireSlotMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.AcquireSlotRequest, io.headway.v1.AcquireSlotResponse> getAcquireSlotMethod;
    if ((getAcquireSlotMethod = HeadwayServiceGrpc.getAcquireSlotMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getAcquireSlotMethod = HeadwayServiceGrpc.getAcquireSlotMethod) == null) {
          HeadwayServiceGrpc.getAcquireSlotMethod = getAcquireSlotMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.AcquireSlotRequest, io.headway.v1.AcquireSlotResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AcquireSlot"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.AcquireSlotRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.AcquireSlotResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("AcquireSlot"))
              .build();
        }
      }
    }
    return getAcquireSlotMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.SettleSlotRequest,
      io.headway.v1.SettleSlotResponse> getSettleSlotMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SettleSlot",
      requestType = io.headway.v1.SettleSlotRequest.class,
      responseType = io.headway.v1.SettleSlotResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.SettleSlotRequest,
      io.headway.v1.SettleSlotResponse> getSettleSlotMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.SettleSlotRequest, io.headway.v1.SettleSlotResponse> getSettleSlotMethod;
    if ((getSettleSlotMethod = HeadwayServiceGrpc.getSettleSlotMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getSettleSlotMethod = HeadwayServiceGrpc.getSettleSlotMethod) == null) {
          HeadwayServiceGrpc.getSettleSlotMethod = getSettleSlotMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.SettleSlotRequest, io.headway.v1.SettleSlotResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SettleSlot"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.SettleSlotRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.SettleSlotResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("SettleSlot"))
              .build();
        }
      }
    }
    return getSettleSlotMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.ReleaseSlotRequest,
      io.headway.v1.ReleaseSlotResponse> getReleaseSlotMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReleaseSlot",
      requestType = io.headway.v1.ReleaseSlotRequest.class,
      responseType = io.headway.v1.ReleaseSlotResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.ReleaseSlotRequest,
      io.headway.v1.ReleaseSlotResponse> getReleaseSlotMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.ReleaseSlotRequest, io.headway.v1.ReleaseSlotResponse> getReleaseSlotMethod;
    if ((getReleaseSlotMethod = HeadwayServiceGrpc.getReleaseSlotMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getReleaseSlotMethod = HeadwayServiceGrpc.getReleaseSlotMethod) == null) {
          HeadwayServiceGrpc.getReleaseSlotMethod = getReleaseSlotMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.ReleaseSlotRequest, io.headway.v1.ReleaseSlotResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReleaseSlot"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ReleaseSlotRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ReleaseSlotResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("ReleaseSlot"))
              .build();
        }
      }
    }
    return getReleaseSlotMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.RenewSlotRequest,
      io.headway.v1.RenewSlotResponse> getRenewSlotMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RenewSlot",
      requestType = io.headway.v1.RenewSlotRequest.class,
      responseType = io.headway.v1.RenewSlotResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.RenewSlotRequest,
      io.headway.v1.RenewSlotResponse> getRenewSlotMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.RenewSlotRequest, io.headway.v1.RenewSlotResponse> getRenewSlotMethod;
    if ((getRenewSlotMethod = HeadwayServiceGrpc.getRenewSlotMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getRenewSlotMethod = HeadwayServiceGrpc.getRenewSlotMethod) == null) {
          HeadwayServiceGrpc.getRenewSlotMethod = getRenewSlotMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.RenewSlotRequest, io.headway.v1.RenewSlotResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RenewSlot"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.RenewSlotRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.RenewSlotResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("RenewSlot"))
              .build();
        }
      }
    }
    return getRenewSlotMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.HoldSlotsRequest,
      io.headway.v1.HoldSlotsResponse> getHoldSlotsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "HoldSlots",
      requestType = io.headway.v1.HoldSlotsRequest.class,
      responseType = io.headway.v1.HoldSlotsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
  public static io.grpc.MethodDescriptor<io.headway.v1.HoldSlotsRequest,
      io.headway.v1.HoldSlotsResponse> getHoldSlotsMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.HoldSlotsRequest, io.headway.v1.HoldSlotsResponse> getHoldSlotsMethod;
    if ((getHoldSlotsMethod = HeadwayServiceGrpc.getHoldSlotsMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getHoldSlotsMethod = HeadwayServiceGrpc.getHoldSlotsMethod) == null) {
          HeadwayServiceGrpc.getHoldSlotsMethod = getHoldSlotsMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.HoldSlotsRequest, io.headway.v1.HoldSlotsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "HoldSlots"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.HoldSlotsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.HoldSlotsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("HoldSlots"))
              .build();
        }
      }
    }
    return getHoldSlotsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.GetUsageRequest,
      io.headway.v1.GetUsageResponse> getGetUsageMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetUsage",
      requestType = io.headway.v1.GetUsageRequest.class,
      responseType = io.headway.v1.GetUsageResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.GetUsageRequest,
      io.headway.v1.GetUsageResponse> getGetUsageMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.GetUsageRequest, io.headway.v1.GetUsageResponse> getGetUsageMethod;
    if ((getGetUsageMethod = HeadwayServiceGrpc.getGetUsageMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getGetUsageMethod = HeadwayServiceGrpc.getGetUsageMethod) == null) {
          HeadwayServiceGrpc.getGetUsageMethod = getGetUsageMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.GetUsageRequest, io.headway.v1.GetUsageResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetUsage"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.GetUsageRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.GetUsageResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("GetUsage"))
              .build();
        }
      }
    }
    return getGetUsageMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.WatchUsageRequest,
      io.headway.v1.WatchUsageResponse> getWatchUsageMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchUsage",
      requestType = io.headway.v1.WatchUsageRequest.class,
      responseType = io.headway.v1.WatchUsageResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.headway.v1.WatchUsageRequest,
      io.headway.v1.WatchUsageResponse> getWatchUsageMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.WatchUsageRequest, io.headway.v1.WatchUsageResponse> getWatchUsageMethod;
    if ((getWatchUsageMethod = HeadwayServiceGrpc.getWatchUsageMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getWatchUsageMethod = HeadwayServiceGrpc.getWatchUsageMethod) == null) {
          HeadwayServiceGrpc.getWatchUsageMethod = getWatchUsageMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.WatchUsageRequest, io.headway.v1.WatchUsageResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchUsage"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.WatchUsageRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.WatchUsageResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("WatchUsage"))
              .build();
        }
      }
    }
    return getWatchUsageMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.ListModelsRequest,
      io.headway.v1.ListModelsResponse> getListModelsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListModels",
      requestType = io.headway.v1.ListModelsRequest.class,
      responseType = io.headway.v1.ListModelsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.ListModelsRequest,
      io.headway.v1.ListModelsResponse> getListModelsMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.ListModelsRequest, io.headway.v1.ListModelsResponse> getListModelsMethod;
    if ((getListModelsMethod = HeadwayServiceGrpc.getListModelsMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getListModelsMethod = HeadwayServiceGrpc.getListModelsMethod) == null) {
          HeadwayServiceGrpc.getListModelsMethod = getListModelsMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.ListModelsRequest, io.headway.v1.ListModelsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListModels"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ListModelsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ListModelsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("ListModels"))
              .build();
        }
      }
    }
    return getListModelsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.EstimateTokensRequest,
      io.headway.v1.EstimateTokensResponse> getEstimateTokensMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "EstimateTokens",
      requestType = io.headway.v1.EstimateTokensRequest.class,
      responseType = io.headway.v1.EstimateTokensResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.EstimateTokensRequest,
      io.headway.v1.EstimateTokensResponse> getEstimateTokensMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.EstimateTokensRequest, io.headway.v1.EstimateTokensResponse> getEstimateTokensMethod;
    if ((getEstimateTokensMethod = HeadwayServiceGrpc.getEstimateTokensMethod) == null) {
      synchronized (HeadwayServiceGrpc.class) {
        if ((getEstimateTokensMethod = HeadwayServiceGrpc.getEstimateTokensMethod) == null) {
          HeadwayServiceGrpc.getEstimateTokensMethod = getEstimateTokensMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.EstimateTokensRequest, io.headway.v1.EstimateTokensResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "EstimateTokens"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.EstimateTokensRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.EstimateTokensResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HeadwayServiceMethodDescriptorSupplier("EstimateTokens"))
              .build();
        }
      }
    }
    return getEstimateTokensMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static HeadwayServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<HeadwayServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<HeadwayServiceStub>() {
        @java.lang.Override
        public HeadwayServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new HeadwayServiceStub(channel, callOptions);
        }
      };
    return HeadwayServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static HeadwayServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<HeadwayServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<HeadwayServiceBlockingV2Stub>() {
        @java.lang.Override
        public HeadwayServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new HeadwayServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return HeadwayServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static HeadwayServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<HeadwayServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<HeadwayServiceBlockingStub>() {
        @java.lang.Override
        public HeadwayServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new HeadwayServiceBlockingStub(channel, callOptions);
        }
      };
    return HeadwayServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static HeadwayServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<HeadwayServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<HeadwayServiceFutureStub>() {
        @java.lang.Override
        public HeadwayServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new HeadwayServiceFutureStub(channel, callOptions);
        }
      };
    return HeadwayServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Starts calls of language models only when their providers are going to accept them.
   * Where tenants are configured every call carries `authorization: Bearer &lt;token&gt;`. A W3C `traceparent` in the metadata
   * becomes the parent of the spans. Errors are a canonical status with google.rpc.ErrorInfo; see ErrorReason.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Answers a conversation: chooses a model, waits for its turn, calls it, and falls back when that is better.
     * </pre>
     */
    default void complete(io.headway.v1.CompleteRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.CompleteResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCompleteMethod(), responseObserver);
    }

    /**
     * <pre>
     * The same, with events while it waits and the text as it is written.
     * </pre>
     */
    default void streamComplete(io.headway.v1.StreamCompleteRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.StreamCompleteResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getStreamCompleteMethod(), responseObserver);
    }

    /**
     * <pre>
     * Answers up to 10,000 conversations, in the order in which they are done.
     * </pre>
     */
    default void completeBatch(io.headway.v1.CompleteBatchRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.CompleteBatchResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCompleteBatchMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says what Complete would do, and why. Reserves nothing.
     * </pre>
     */
    default void planComplete(io.headway.v1.PlanCompleteRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.PlanCompleteResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPlanCompleteMethod(), responseObserver);
    }

    /**
     * <pre>
     * Waits until the caller may start one call of its own, then charges it to the limits.
     * </pre>
     */
    default void acquireSlot(io.headway.v1.AcquireSlotRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.AcquireSlotResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAcquireSlotMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says what the call in a slot really used. Idempotent.
     * </pre>
     */
    default void settleSlot(io.headway.v1.SettleSlotRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.SettleSlotResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSettleSlotMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives back a slot whose call was never sent. Idempotent.
     * </pre>
     */
    default void releaseSlot(io.headway.v1.ReleaseSlotRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ReleaseSlotResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReleaseSlotMethod(), responseObserver);
    }

    /**
     * <pre>
     * Makes a slot last longer. Idempotent.
     * </pre>
     */
    default void renewSlot(io.headway.v1.RenewSlotRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.RenewSlotResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRenewSlotMethod(), responseObserver);
    }

    /**
     * <pre>
     * The four above as messages on one stream, for callers with many slots.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<io.headway.v1.HoldSlotsRequest> holdSlots(
        io.grpc.stub.StreamObserver<io.headway.v1.HoldSlotsResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getHoldSlotsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says what is used, left, waiting and spent.
     * </pre>
     */
    default void getUsage(io.headway.v1.GetUsageRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.GetUsageResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetUsageMethod(), responseObserver);
    }

    /**
     * <pre>
     * The same, again after each change.
     * </pre>
     */
    default void watchUsage(io.headway.v1.WatchUsageRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.WatchUsageResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchUsageMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the models with their limits, prices and health.
     * </pre>
     */
    default void listModels(io.headway.v1.ListModelsRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ListModelsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListModelsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Estimates the tokens and the cost of a call.
     * </pre>
     */
    default void estimateTokens(io.headway.v1.EstimateTokensRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.EstimateTokensResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getEstimateTokensMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service HeadwayService.
   * <pre>
   * Starts calls of language models only when their providers are going to accept them.
   * Where tenants are configured every call carries `authorization: Bearer &lt;token&gt;`. A W3C `traceparent` in the metadata
   * becomes the parent of the spans. Errors are a canonical status with google.rpc.ErrorInfo; see ErrorReason.
   * </pre>
   */
  public static abstract class HeadwayServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return HeadwayServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service HeadwayService.
   * <pre>
   * Starts calls of language models only when their providers are going to accept them.
   * Where tenants are configured every call carries `authorization: Bearer &lt;token&gt;`. A W3C `traceparent` in the metadata
   * becomes the parent of the spans. Errors are a canonical status with google.rpc.ErrorInfo; see ErrorReason.
   * </pre>
   */
  public static final class HeadwayServiceStub
      extends io.grpc.stub.AbstractAsyncStub<HeadwayServiceStub> {
    private HeadwayServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected HeadwayServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new HeadwayServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Answers a conversation: chooses a model, waits for its turn, calls it, and falls back when that is better.
     * </pre>
     */
    public void complete(io.headway.v1.CompleteRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.CompleteResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCompleteMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The same, with events while it waits and the text as it is written.
     * </pre>
     */
    public void streamComplete(io.headway.v1.StreamCompleteRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.StreamCompleteResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getStreamCompleteMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Answers up to 10,000 conversations, in the order in which they are done.
     * </pre>
     */
    public void completeBatch(io.headway.v1.CompleteBatchRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.CompleteBatchResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getCompleteBatchMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says what Complete would do, and why. Reserves nothing.
     * </pre>
     */
    public void planComplete(io.headway.v1.PlanCompleteRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.PlanCompleteResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPlanCompleteMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Waits until the caller may start one call of its own, then charges it to the limits.
     * </pre>
     */
    public void acquireSlot(io.headway.v1.AcquireSlotRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.AcquireSlotResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAcquireSlotMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says what the call in a slot really used. Idempotent.
     * </pre>
     */
    public void settleSlot(io.headway.v1.SettleSlotRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.SettleSlotResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSettleSlotMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives back a slot whose call was never sent. Idempotent.
     * </pre>
     */
    public void releaseSlot(io.headway.v1.ReleaseSlotRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ReleaseSlotResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReleaseSlotMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Makes a slot last longer. Idempotent.
     * </pre>
     */
    public void renewSlot(io.headway.v1.RenewSlotRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.RenewSlotResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRenewSlotMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The four above as messages on one stream, for callers with many slots.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<io.headway.v1.HoldSlotsRequest> holdSlots(
        io.grpc.stub.StreamObserver<io.headway.v1.HoldSlotsResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
          getChannel().newCall(getHoldSlotsMethod(), getCallOptions()), responseObserver);
    }

    /**
     * <pre>
     * Says what is used, left, waiting and spent.
     * </pre>
     */
    public void getUsage(io.headway.v1.GetUsageRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.GetUsageResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetUsageMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The same, again after each change.
     * </pre>
     */
    public void watchUsage(io.headway.v1.WatchUsageRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.WatchUsageResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchUsageMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the models with their limits, prices and health.
     * </pre>
     */
    public void listModels(io.headway.v1.ListModelsRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ListModelsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListModelsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Estimates the tokens and the cost of a call.
     * </pre>
     */
    public void estimateTokens(io.headway.v1.EstimateTokensRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.EstimateTokensResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getEstimateTokensMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service HeadwayService.
   * <pre>
   * Starts calls of language models only when their providers are going to accept them.
   * Where tenants are configured every call carries `authorization: Bearer &lt;token&gt;`. A W3C `traceparent` in the metadata
   * becomes the parent of the spans. Errors are a canonical status with google.rpc.ErrorInfo; see ErrorReason.
   * </pre>
   */
  public static final class HeadwayServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<HeadwayServiceBlockingV2Stub> {
    private HeadwayServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected HeadwayServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new HeadwayServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Answers a conversation: chooses a model, waits for its turn, calls it, and falls back when that is better.
     * </pre>
     */
    public io.headway.v1.CompleteResponse complete(io.headway.v1.CompleteRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCompleteMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The same, with events while it waits and the text as it is written.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.headway.v1.StreamCompleteResponse>
        streamComplete(io.headway.v1.StreamCompleteRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getStreamCompleteMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers up to 10,000 conversations, in the order in which they are done.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.headway.v1.CompleteBatchResponse>
        completeBatch(io.headway.v1.CompleteBatchRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getCompleteBatchMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what Complete would do, and why. Reserves nothing.
     * </pre>
     */
    public io.headway.v1.PlanCompleteResponse planComplete(io.headway.v1.PlanCompleteRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPlanCompleteMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Waits until the caller may start one call of its own, then charges it to the limits.
     * </pre>
     */
    public io.headway.v1.AcquireSlotResponse acquireSlot(io.headway.v1.AcquireSlotRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAcquireSlotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what the call in a slot really used. Idempotent.
     * </pre>
     */
    public io.headway.v1.SettleSlotResponse settleSlot(io.headway.v1.SettleSlotRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSettleSlotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives back a slot whose call was never sent. Idempotent.
     * </pre>
     */
    public io.headway.v1.ReleaseSlotResponse releaseSlot(io.headway.v1.ReleaseSlotRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReleaseSlotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes a slot last longer. Idempotent.
     * </pre>
     */
    public io.headway.v1.RenewSlotResponse renewSlot(io.headway.v1.RenewSlotRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRenewSlotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The four above as messages on one stream, for callers with many slots.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<io.headway.v1.HoldSlotsRequest, io.headway.v1.HoldSlotsResponse>
        holdSlots() {
      return io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
          getChannel(), getHoldSlotsMethod(), getCallOptions());
    }

    /**
     * <pre>
     * Says what is used, left, waiting and spent.
     * </pre>
     */
    public io.headway.v1.GetUsageResponse getUsage(io.headway.v1.GetUsageRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetUsageMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The same, again after each change.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.headway.v1.WatchUsageResponse>
        watchUsage(io.headway.v1.WatchUsageRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchUsageMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the models with their limits, prices and health.
     * </pre>
     */
    public io.headway.v1.ListModelsResponse listModels(io.headway.v1.ListModelsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListModelsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Estimates the tokens and the cost of a call.
     * </pre>
     */
    public io.headway.v1.EstimateTokensResponse estimateTokens(io.headway.v1.EstimateTokensRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getEstimateTokensMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service HeadwayService.
   * <pre>
   * Starts calls of language models only when their providers are going to accept them.
   * Where tenants are configured every call carries `authorization: Bearer &lt;token&gt;`. A W3C `traceparent` in the metadata
   * becomes the parent of the spans. Errors are a canonical status with google.rpc.ErrorInfo; see ErrorReason.
   * </pre>
   */
  public static final class HeadwayServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<HeadwayServiceBlockingStub> {
    private HeadwayServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected HeadwayServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new HeadwayServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Answers a conversation: chooses a model, waits for its turn, calls it, and falls back when that is better.
     * </pre>
     */
    public io.headway.v1.CompleteResponse complete(io.headway.v1.CompleteRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCompleteMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The same, with events while it waits and the text as it is written.
     * </pre>
     */
    public java.util.Iterator<io.headway.v1.StreamCompleteResponse> streamComplete(
        io.headway.v1.StreamCompleteRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getStreamCompleteMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers up to 10,000 conversations, in the order in which they are done.
     * </pre>
     */
    public java.util.Iterator<io.headway.v1.CompleteBatchResponse> completeBatch(
        io.headway.v1.CompleteBatchRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getCompleteBatchMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what Complete would do, and why. Reserves nothing.
     * </pre>
     */
    public io.headway.v1.PlanCompleteResponse planComplete(io.headway.v1.PlanCompleteRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPlanCompleteMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Waits until the caller may start one call of its own, then charges it to the limits.
     * </pre>
     */
    public io.headway.v1.AcquireSlotResponse acquireSlot(io.headway.v1.AcquireSlotRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAcquireSlotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what the call in a slot really used. Idempotent.
     * </pre>
     */
    public io.headway.v1.SettleSlotResponse settleSlot(io.headway.v1.SettleSlotRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSettleSlotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives back a slot whose call was never sent. Idempotent.
     * </pre>
     */
    public io.headway.v1.ReleaseSlotResponse releaseSlot(io.headway.v1.ReleaseSlotRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReleaseSlotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes a slot last longer. Idempotent.
     * </pre>
     */
    public io.headway.v1.RenewSlotResponse renewSlot(io.headway.v1.RenewSlotRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRenewSlotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what is used, left, waiting and spent.
     * </pre>
     */
    public io.headway.v1.GetUsageResponse getUsage(io.headway.v1.GetUsageRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetUsageMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The same, again after each change.
     * </pre>
     */
    public java.util.Iterator<io.headway.v1.WatchUsageResponse> watchUsage(
        io.headway.v1.WatchUsageRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchUsageMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the models with their limits, prices and health.
     * </pre>
     */
    public io.headway.v1.ListModelsResponse listModels(io.headway.v1.ListModelsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListModelsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Estimates the tokens and the cost of a call.
     * </pre>
     */
    public io.headway.v1.EstimateTokensResponse estimateTokens(io.headway.v1.EstimateTokensRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getEstimateTokensMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service HeadwayService.
   * <pre>
   * Starts calls of language models only when their providers are going to accept them.
   * Where tenants are configured every call carries `authorization: Bearer &lt;token&gt;`. A W3C `traceparent` in the metadata
   * becomes the parent of the spans. Errors are a canonical status with google.rpc.ErrorInfo; see ErrorReason.
   * </pre>
   */
  public static final class HeadwayServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<HeadwayServiceFutureStub> {
    private HeadwayServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected HeadwayServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new HeadwayServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Answers a conversation: chooses a model, waits for its turn, calls it, and falls back when that is better.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.CompleteResponse> complete(
        io.headway.v1.CompleteRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCompleteMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says what Complete would do, and why. Reserves nothing.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.PlanCompleteResponse> planComplete(
        io.headway.v1.PlanCompleteRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPlanCompleteMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Waits until the caller may start one call of its own, then charges it to the limits.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.AcquireSlotResponse> acquireSlot(
        io.headway.v1.AcquireSlotRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAcquireSlotMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says what the call in a slot really used. Idempotent.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.SettleSlotResponse> settleSlot(
        io.headway.v1.SettleSlotRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSettleSlotMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives back a slot whose call was never sent. Idempotent.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.ReleaseSlotResponse> releaseSlot(
        io.headway.v1.ReleaseSlotRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReleaseSlotMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Makes a slot last longer. Idempotent.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.RenewSlotResponse> renewSlot(
        io.headway.v1.RenewSlotRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRenewSlotMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says what is used, left, waiting and spent.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.GetUsageResponse> getUsage(
        io.headway.v1.GetUsageRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetUsageMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the models with their limits, prices and health.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.ListModelsResponse> listModels(
        io.headway.v1.ListModelsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListModelsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Estimates the tokens and the cost of a call.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.EstimateTokensResponse> estimateTokens(
        io.headway.v1.EstimateTokensRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getEstimateTokensMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_COMPLETE = 0;
  private static final int METHODID_STREAM_COMPLETE = 1;
  private static final int METHODID_COMPLETE_BATCH = 2;
  private static final int METHODID_PLAN_COMPLETE = 3;
  private static final int METHODID_ACQUIRE_SLOT = 4;
  private static final int METHODID_SETTLE_SLOT = 5;
  private static final int METHODID_RELEASE_SLOT = 6;
  private static final int METHODID_RENEW_SLOT = 7;
  private static final int METHODID_GET_USAGE = 8;
  private static final int METHODID_WATCH_USAGE = 9;
  private static final int METHODID_LIST_MODELS = 10;
  private static final int METHODID_ESTIMATE_TOKENS = 11;
  private static final int METHODID_HOLD_SLOTS = 12;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_COMPLETE:
          serviceImpl.complete((io.headway.v1.CompleteRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.CompleteResponse>) responseObserver);
          break;
        case METHODID_STREAM_COMPLETE:
          serviceImpl.streamComplete((io.headway.v1.StreamCompleteRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.StreamCompleteResponse>) responseObserver);
          break;
        case METHODID_COMPLETE_BATCH:
          serviceImpl.completeBatch((io.headway.v1.CompleteBatchRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.CompleteBatchResponse>) responseObserver);
          break;
        case METHODID_PLAN_COMPLETE:
          serviceImpl.planComplete((io.headway.v1.PlanCompleteRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.PlanCompleteResponse>) responseObserver);
          break;
        case METHODID_ACQUIRE_SLOT:
          serviceImpl.acquireSlot((io.headway.v1.AcquireSlotRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.AcquireSlotResponse>) responseObserver);
          break;
        case METHODID_SETTLE_SLOT:
          serviceImpl.settleSlot((io.headway.v1.SettleSlotRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.SettleSlotResponse>) responseObserver);
          break;
        case METHODID_RELEASE_SLOT:
          serviceImpl.releaseSlot((io.headway.v1.ReleaseSlotRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.ReleaseSlotResponse>) responseObserver);
          break;
        case METHODID_RENEW_SLOT:
          serviceImpl.renewSlot((io.headway.v1.RenewSlotRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.RenewSlotResponse>) responseObserver);
          break;
        case METHODID_GET_USAGE:
          serviceImpl.getUsage((io.headway.v1.GetUsageRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.GetUsageResponse>) responseObserver);
          break;
        case METHODID_WATCH_USAGE:
          serviceImpl.watchUsage((io.headway.v1.WatchUsageRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.WatchUsageResponse>) responseObserver);
          break;
        case METHODID_LIST_MODELS:
          serviceImpl.listModels((io.headway.v1.ListModelsRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.ListModelsResponse>) responseObserver);
          break;
        case METHODID_ESTIMATE_TOKENS:
          serviceImpl.estimateTokens((io.headway.v1.EstimateTokensRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.EstimateTokensResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_HOLD_SLOTS:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.holdSlots(
              (io.grpc.stub.StreamObserver<io.headway.v1.HoldSlotsResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getCompleteMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.CompleteRequest,
              io.headway.v1.CompleteResponse>(
                service, METHODID_COMPLETE)))
        .addMethod(
          getStreamCompleteMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.headway.v1.StreamCompleteRequest,
              io.headway.v1.StreamCompleteResponse>(
                service, METHODID_STREAM_COMPLETE)))
        .addMethod(
          getCompleteBatchMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.headway.v1.CompleteBatchRequest,
              io.headway.v1.CompleteBatchResponse>(
                service, METHODID_COMPLETE_BATCH)))
        .addMethod(
          getPlanCompleteMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.PlanCompleteRequest,
              io.headway.v1.PlanCompleteResponse>(
                service, METHODID_PLAN_COMPLETE)))
        .addMethod(
          getAcquireSlotMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.AcquireSlotRequest,
              io.headway.v1.AcquireSlotResponse>(
                service, METHODID_ACQUIRE_SLOT)))
        .addMethod(
          getSettleSlotMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.SettleSlotRequest,
              io.headway.v1.SettleSlotResponse>(
                service, METHODID_SETTLE_SLOT)))
        .addMethod(
          getReleaseSlotMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.ReleaseSlotRequest,
              io.headway.v1.ReleaseSlotResponse>(
                service, METHODID_RELEASE_SLOT)))
        .addMethod(
          getRenewSlotMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.RenewSlotRequest,
              io.headway.v1.RenewSlotResponse>(
                service, METHODID_RENEW_SLOT)))
        .addMethod(
          getHoldSlotsMethod(),
          io.grpc.stub.ServerCalls.asyncBidiStreamingCall(
            new MethodHandlers<
              io.headway.v1.HoldSlotsRequest,
              io.headway.v1.HoldSlotsResponse>(
                service, METHODID_HOLD_SLOTS)))
        .addMethod(
          getGetUsageMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.GetUsageRequest,
              io.headway.v1.GetUsageResponse>(
                service, METHODID_GET_USAGE)))
        .addMethod(
          getWatchUsageMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.headway.v1.WatchUsageRequest,
              io.headway.v1.WatchUsageResponse>(
                service, METHODID_WATCH_USAGE)))
        .addMethod(
          getListModelsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.ListModelsRequest,
              io.headway.v1.ListModelsResponse>(
                service, METHODID_LIST_MODELS)))
        .addMethod(
          getEstimateTokensMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.EstimateTokensRequest,
              io.headway.v1.EstimateTokensResponse>(
                service, METHODID_ESTIMATE_TOKENS)))
        .build();
  }

  private static abstract class HeadwayServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    HeadwayServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.headway.v1.HeadwayServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("HeadwayService");
    }
  }

  private static final class HeadwayServiceFileDescriptorSupplier
      extends HeadwayServiceBaseDescriptorSupplier {
    HeadwayServiceFileDescriptorSupplier() {}
  }

  private static final class HeadwayServiceMethodDescriptorSupplier
      extends HeadwayServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    HeadwayServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (HeadwayServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new HeadwayServiceFileDescriptorSupplier())
              .addMethod(getCompleteMethod())
              .addMethod(getStreamCompleteMethod())
              .addMethod(getCompleteBatchMethod())
              .addMethod(getPlanCompleteMethod())
              .addMethod(getAcquireSlotMethod())
              .addMethod(getSettleSlotMethod())
              .addMethod(getReleaseSlotMethod())
              .addMethod(getRenewSlotMethod())
              .addMethod(getHoldSlotsMethod())
              .addMethod(getGetUsageMethod())
              .addMethod(getWatchUsageMethod())
              .addMethod(getListModelsMethod())
              .addMethod(getEstimateTokensMethod())
              .build();
        }
      }
    }
    return result;
  }
}
