package io.headway.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Changes the running service. Every call carries `authorization: Bearer &lt;admin_token&gt;`; without an `admin_token` in
 * the config every call is refused.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class AdminServiceGrpc {

  private AdminServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "headway.v1.AdminService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.headway.v1.SetTierRequest,
      io.headway.v1.SetTierResponse> getSetTierMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetTier",
      requestType = io.headway.v1.SetTierRequest.class,
      responseType = io.headway.v1.SetTierResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.SetTierRequest,
      io.headway.v1.SetTierResponse> getSetTierMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.SetTierRequest, io.headway.v1.SetTierResponse> getSetTierMethod;
    if ((getSetTierMethod = AdminServiceGrpc.getSetTierMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getSetTierMethod = AdminServiceGrpc.getSetTierMethod) == null) {
          AdminServiceGrpc.getSetTierMethod = getSetTierMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.SetTierRequest, io.headway.v1.SetTierResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetTier"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.SetTierRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.SetTierResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("SetTier"))
              .build();
        }
      }
    }
    return getSetTierMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.SetModelPreferenceRequest,
      io.headway.v1.SetModelPreferenceResponse> getSetModelPreferenceMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetModelPreference",
      requestType = io.headway.v1.SetModelPreferenceRequest.class,
      responseType = io.headway.v1.SetModelPreferenceResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.SetModelPreferenceRequest,
      io.headway.v1.SetModelPreferenceResponse> getSetModelPreferenceMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.SetModelPreferenceRequest, io.headway.v1.SetModelPreferenceResponse> getSetModelPreferenceMethod;
    if ((getSetModelPreferenceMethod = AdminServiceGrpc.getSetModelPreferenceMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getSetModelPreferenceMethod = AdminServiceGrpc.getSetModelPreferenceMethod) == null) {
          AdminServiceGrpc.getSetModelPreferenceMethod = getSetModelPreferenceMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.SetModelPreferenceRequest, io.headway.v1.SetModelPreferenceResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetModelPreference"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.SetModelPreferenceRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.SetModelPreferenceResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("SetModelPreference"))
              .build();
        }
      }
    }
    return getSetModelPreferenceMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.ResetUsageRequest,
      io.headway.v1.ResetUsageResponse> getResetUsageMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResetUsage",
      requestType = io.headway.v1.ResetUsageRequest.class,
      responseType = io.headway.v1.ResetUsageResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.ResetUsageRequest,
      io.headway.v1.ResetUsageResponse> getResetUsageMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.ResetUsageRequest, io.headway.v1.ResetUsageResponse> getResetUsageMethod;
    if ((getResetUsageMethod = AdminServiceGrpc.getResetUsageMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getResetUsageMethod = AdminServiceGrpc.getResetUsageMethod) == null) {
          AdminServiceGrpc.getResetUsageMethod = getResetUsageMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.ResetUsageRequest, io.headway.v1.ResetUsageResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResetUsage"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ResetUsageRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ResetUsageResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ResetUsage"))
              .build();
        }
      }
    }
    return getResetUsageMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.ReloadConfigRequest,
      io.headway.v1.ReloadConfigResponse> getReloadConfigMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReloadConfig",
      requestType = io.headway.v1.ReloadConfigRequest.class,
      responseType = io.headway.v1.ReloadConfigResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.ReloadConfigRequest,
      io.headway.v1.ReloadConfigResponse> getReloadConfigMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.ReloadConfigRequest, io.headway.v1.ReloadConfigResponse> getReloadConfigMethod;
    if ((getReloadConfigMethod = AdminServiceGrpc.getReloadConfigMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getReloadConfigMethod = AdminServiceGrpc.getReloadConfigMethod) == null) {
          AdminServiceGrpc.getReloadConfigMethod = getReloadConfigMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.ReloadConfigRequest, io.headway.v1.ReloadConfigResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReloadConfig"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ReloadConfigRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ReloadConfigResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ReloadConfig"))
              .build();
        }
      }
    }
    return getReloadConfigMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.headway.v1.ListAlertsRequest,
      io.headway.v1.ListAlertsResponse> getListAlertsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListAlerts",
      requestType = io.headway.v1.ListAlertsRequest.class,
      responseType = io.headway.v1.ListAlertsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.headway.v1.ListAlertsRequest,
      io.headway.v1.ListAlertsResponse> getListAlertsMethod() {
    io.grpc.MethodDescriptor<io.headway.v1.ListAlertsRequest, io.headway.v1.ListAlertsResponse> getListAlertsMethod;
    if ((getListAlertsMethod = AdminServiceGrpc.getListAlertsMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getListAlertsMethod = AdminServiceGrpc.getListAlertsMethod) == null) {
          AdminServiceGrpc.getListAlertsMethod = getListAlertsMethod =
              io.grpc.MethodDescriptor.<io.headway.v1.ListAlertsRequest, io.headway.v1.ListAlertsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListAlerts"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ListAlertsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.headway.v1.ListAlertsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ListAlerts"))
              .build();
        }
      }
    }
    return getListAlertsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static AdminServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceStub>() {
        @java.lang.Override
        public AdminServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceStub(channel, callOptions);
        }
      };
    return AdminServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static AdminServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingV2Stub>() {
        @java.lang.Override
        public AdminServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return AdminServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static AdminServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingStub>() {
        @java.lang.Override
        public AdminServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceBlockingStub(channel, callOptions);
        }
      };
    return AdminServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static AdminServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceFutureStub>() {
        @java.lang.Override
        public AdminServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceFutureStub(channel, callOptions);
        }
      };
    return AdminServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Changes the running service. Every call carries `authorization: Bearer &lt;admin_token&gt;`; without an `admin_token` in
   * the config every call is refused.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Puts providers on another tier. Running slots are kept, the new limits hold at once.
     * </pre>
     */
    default void setTier(io.headway.v1.SetTierRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.SetTierResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetTierMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says which model answers a kind of task when the caller names none.
     * </pre>
     */
    default void setModelPreference(io.headway.v1.SetModelPreferenceRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.SetModelPreferenceResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetModelPreferenceMethod(), responseObserver);
    }

    /**
     * <pre>
     * Starts the totals and counters of GetUsage anew.
     * </pre>
     */
    default void resetUsage(io.headway.v1.ResetUsageRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ResetUsageResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResetUsageMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads the config again. With an error in it the old one stays in force: CONFIG_INVALID.
     * </pre>
     */
    default void reloadConfig(io.headway.v1.ReloadConfigRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ReloadConfigResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReloadConfigMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists what was alerted, the newest first.
     * </pre>
     */
    default void listAlerts(io.headway.v1.ListAlertsRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ListAlertsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListAlertsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service AdminService.
   * <pre>
   * Changes the running service. Every call carries `authorization: Bearer &lt;admin_token&gt;`; without an `admin_token` in
   * the config every call is refused.
   * </pre>
   */
  public static abstract class AdminServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return AdminServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service AdminService.
   * <pre>
   * Changes the running service. Every call carries `authorization: Bearer &lt;admin_token&gt;`; without an `admin_token` in
   * the config every call is refused.
   * </pre>
   */
  public static final class AdminServiceStub
      extends io.grpc.stub.AbstractAsyncStub<AdminServiceStub> {
    private AdminServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Puts providers on another tier. Running slots are kept, the new limits hold at once.
     * </pre>
     */
    public void setTier(io.headway.v1.SetTierRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.SetTierResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetTierMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says which model answers a kind of task when the caller names none.
     * </pre>
     */
    public void setModelPreference(io.headway.v1.SetModelPreferenceRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.SetModelPreferenceResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetModelPreferenceMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Starts the totals and counters of GetUsage anew.
     * </pre>
     */
    public void resetUsage(io.headway.v1.ResetUsageRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ResetUsageResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResetUsageMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads the config again. With an error in it the old one stays in force: CONFIG_INVALID.
     * </pre>
     */
    public void reloadConfig(io.headway.v1.ReloadConfigRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ReloadConfigResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReloadConfigMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists what was alerted, the newest first.
     * </pre>
     */
    public void listAlerts(io.headway.v1.ListAlertsRequest request,
        io.grpc.stub.StreamObserver<io.headway.v1.ListAlertsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListAlertsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service AdminService.
   * <pre>
   * Changes the running service. Every call carries `authorization: Bearer &lt;admin_token&gt;`; without an `admin_token` in
   * the config every call is refused.
   * </pre>
   */
  public static final class AdminServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<AdminServiceBlockingV2Stub> {
    private AdminServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Puts providers on another tier. Running slots are kept, the new limits hold at once.
     * </pre>
     */
    public io.headway.v1.SetTierResponse setTier(io.headway.v1.SetTierRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetTierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says which model answers a kind of task when the caller names none.
     * </pre>
     */
    public io.headway.v1.SetModelPreferenceResponse setModelPreference(io.headway.v1.SetModelPreferenceRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetModelPreferenceMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Starts the totals and counters of GetUsage anew.
     * </pre>
     */
    public io.headway.v1.ResetUsageResponse resetUsage(io.headway.v1.ResetUsageRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResetUsageMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads the config again. With an error in it the old one stays in force: CONFIG_INVALID.
     * </pre>
     */
    public io.headway.v1.ReloadConfigResponse reloadConfig(io.headway.v1.ReloadConfigRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReloadConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists what was alerted, the newest first.
     * </pre>
     */
    public io.headway.v1.ListAlertsResponse listAlerts(io.headway.v1.ListAlertsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListAlertsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service AdminService.
   * <pre>
   * Changes the running service. Every call carries `authorization: Bearer &lt;admin_token&gt;`; without an `admin_token` in
   * the config every call is refused.
   * </pre>
   */
  public static final class AdminServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<AdminServiceBlockingStub> {
    private AdminServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Puts providers on another tier. Running slots are kept, the new limits hold at once.
     * </pre>
     */
    public io.headway.v1.SetTierResponse setTier(io.headway.v1.SetTierRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetTierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says which model answers a kind of task when the caller names none.
     * </pre>
     */
    public io.headway.v1.SetModelPreferenceResponse setModelPreference(io.headway.v1.SetModelPreferenceRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetModelPreferenceMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Starts the totals and counters of GetUsage anew.
     * </pre>
     */
    public io.headway.v1.ResetUsageResponse resetUsage(io.headway.v1.ResetUsageRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResetUsageMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads the config again. With an error in it the old one stays in force: CONFIG_INVALID.
     * </pre>
     */
    public io.headway.v1.ReloadConfigResponse reloadConfig(io.headway.v1.ReloadConfigRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReloadConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists what was alerted, the newest first.
     * </pre>
     */
    public io.headway.v1.ListAlertsResponse listAlerts(io.headway.v1.ListAlertsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListAlertsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service AdminService.
   * <pre>
   * Changes the running service. Every call carries `authorization: Bearer &lt;admin_token&gt;`; without an `admin_token` in
   * the config every call is refused.
   * </pre>
   */
  public static final class AdminServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<AdminServiceFutureStub> {
    private AdminServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Puts providers on another tier. Running slots are kept, the new limits hold at once.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.SetTierResponse> setTier(
        io.headway.v1.SetTierRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetTierMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says which model answers a kind of task when the caller names none.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.SetModelPreferenceResponse> setModelPreference(
        io.headway.v1.SetModelPreferenceRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetModelPreferenceMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Starts the totals and counters of GetUsage anew.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.ResetUsageResponse> resetUsage(
        io.headway.v1.ResetUsageRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResetUsageMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads the config again. With an error in it the old one stays in force: CONFIG_INVALID.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.ReloadConfigResponse> reloadConfig(
        io.headway.v1.ReloadConfigRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReloadConfigMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists what was alerted, the newest first.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.headway.v1.ListAlertsResponse> listAlerts(
        io.headway.v1.ListAlertsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListAlertsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_SET_TIER = 0;
  private static final int METHODID_SET_MODEL_PREFERENCE = 1;
  private static final int METHODID_RESET_USAGE = 2;
  private static final int METHODID_RELOAD_CONFIG = 3;
  private static final int METHODID_LIST_ALERTS = 4;

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
        case METHODID_SET_TIER:
          serviceImpl.setTier((io.headway.v1.SetTierRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.SetTierResponse>) responseObserver);
          break;
        case METHODID_SET_MODEL_PREFERENCE:
          serviceImpl.setModelPreference((io.headway.v1.SetModelPreferenceRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.SetModelPreferenceResponse>) responseObserver);
          break;
        case METHODID_RESET_USAGE:
          serviceImpl.resetUsage((io.headway.v1.ResetUsageRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.ResetUsageResponse>) responseObserver);
          break;
        case METHODID_RELOAD_CONFIG:
          serviceImpl.reloadConfig((io.headway.v1.ReloadConfigRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.ReloadConfigResponse>) responseObserver);
          break;
        case METHODID_LIST_ALERTS:
          serviceImpl.listAlerts((io.headway.v1.ListAlertsRequest) request,
              (io.grpc.stub.StreamObserver<io.headway.v1.ListAlertsResponse>) responseObserver);
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
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getSetTierMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.SetTierRequest,
              io.headway.v1.SetTierResponse>(
                service, METHODID_SET_TIER)))
        .addMethod(
          getSetModelPreferenceMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.SetModelPreferenceRequest,
              io.headway.v1.SetModelPreferenceResponse>(
                service, METHODID_SET_MODEL_PREFERENCE)))
        .addMethod(
          getResetUsageMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.ResetUsageRequest,
              io.headway.v1.ResetUsageResponse>(
                service, METHODID_RESET_USAGE)))
        .addMethod(
          getReloadConfigMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.ReloadConfigRequest,
              io.headway.v1.ReloadConfigResponse>(
                service, METHODID_RELOAD_CONFIG)))
        .addMethod(
          getListAlertsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.headway.v1.ListAlertsRequest,
              io.headway.v1.ListAlertsResponse>(
                service, METHODID_LIST_ALERTS)))
        .build();
  }

  private static abstract class AdminServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    AdminServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.headway.v1.AdminServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("AdminService");
    }
  }

  private static final class AdminServiceFileDescriptorSupplier
      extends AdminServiceBaseDescriptorSupplier {
    AdminServiceFileDescriptorSupplier() {}
  }

  private static final class AdminServiceMethodDescriptorSupplier
      extends AdminServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    AdminServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (AdminServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new AdminServiceFileDescriptorSupplier())
              .addMethod(getSetTierMethod())
              .addMethod(getSetModelPreferenceMethod())
              .addMethod(getResetUsageMethod())
              .addMethod(getReloadConfigMethod())
              .addMethod(getListAlertsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
