// Package headway is the client of Headway: it starts LLM calls only when the provider is going to accept them.
//
// A [Client] answers conversations ([Client.Complete], [Client.Stream]), reports usage ([Client.Usage]) and gives slots
// ([Client.WithSlot]) to programs that call their providers themselves. [NewTransport] does the latter for any HTTP
// client, and so for the SDKs of the providers.
package headway

import (
	"context"
	"crypto/tls"
	"iter"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

// Options say where Headway is, and who calls. The zero value is a plain-text connection to the local machine.
type Options struct {
	// Address is host:port of the gRPC door. Default: the variable HEADWAY_ADDRESS, else 127.0.0.1:50051.
	Address string
	// Token of the tenant. Default: the variable HEADWAY_TOKEN, else none is sent.
	Token string
	// TLS, when not nil, encrypts the connection; an empty config trusts the system's authorities.
	TLS *tls.Config
	// KeepAlive is how often an idle connection is pinged, so that a dead one is noticed. Default 30 s; negative: never.
	KeepAlive time.Duration
	// DialOptions are given to gRPC after those above.
	DialOptions []grpc.DialOption
}

// Client is a connection to Headway, to be kept as long as the process lives and shared by all that calls models. It
// connects at the first call, and again when the connection breaks.
type Client struct {
	connection *grpc.ClientConn
	service    headwayv1.HeadwayServiceClient
}

// Calls that do no harm when they are made twice are made again when the connection breaks.
const serviceConfig = `{"methodConfig": [{
	"name": [
		{"service": "headway.v1.HeadwayService", "method": "SettleSlot"},
		{"service": "headway.v1.HeadwayService", "method": "ReleaseSlot"},
		{"service": "headway.v1.HeadwayService", "method": "RenewSlot"},
		{"service": "headway.v1.HeadwayService", "method": "GetUsage"},
		{"service": "headway.v1.HeadwayService", "method": "ListModels"},
		{"service": "headway.v1.HeadwayService", "method": "EstimateTokens"},
		{"service": "headway.v1.HeadwayService", "method": "PlanComplete"}
	],
	"retryPolicy": {
		"maxAttempts": 5,
		"initialBackoff": "0.1s",
		"maxBackoff": "2s",
		"backoffMultiplier": 2,
		"retryableStatusCodes": ["UNAVAILABLE"]
	}
}]}`

// New makes a client. It does not connect yet; the error is that of an option that makes no sense.
func New(options Options) (*Client, error) {
	connection, err := grpc.NewClient(firstOf(options.Address, os.Getenv("HEADWAY_ADDRESS"), "127.0.0.1:50051"), dialOptions(options)...)
	if err != nil {
		return nil, err
	}
	return &Client{connection: connection, service: headwayv1.NewHeadwayServiceClient(connection)}, nil
}

// Close closes the connection; calls in progress are cut.
func (c *Client) Close() error {
	return c.connection.Close()
}

// Service is the generated client, for the RPCs that have no method here.
func (c *Client) Service() headwayv1.HeadwayServiceClient {
	return c.service
}

// Complete answers a conversation: it chooses a model, waits for its turn, calls it, and falls back. Errors are *Error.
func (c *Client) Complete(ctx context.Context, request *headwayv1.CompleteRequest) (*headwayv1.CompleteResponse, error) {
	response, err := c.service.Complete(ctx, request)
	return response, errorOf(err)
}

// Stream is Complete with events while it waits and the text as it is written. The last event of a stream that ends
// well is Done; any other ends with an error, as the last pair. Leaving the loop early cancels the call.
func (c *Client) Stream(ctx context.Context, request *headwayv1.CompleteRequest) iter.Seq2[*headwayv1.StreamCompleteResponse, error] {
	return func(yield func(*headwayv1.StreamCompleteResponse, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := c.service.StreamComplete(ctx, &headwayv1.StreamCompleteRequest{Request: request})
		for err == nil {
			var response *headwayv1.StreamCompleteResponse
			if response, err = stream.Recv(); err == nil && !yield(response, nil) {
				return
			}
		}
		if !isEndOfStream(err) {
			yield(nil, errorOf(err))
		}
	}
}

// Usage says what is used, left, waiting and spent. A nil request asks for everything. Errors are *Error.
func (c *Client) Usage(ctx context.Context, request *headwayv1.GetUsageRequest) (*headwayv1.GetUsageResponse, error) {
	if request == nil {
		request = &headwayv1.GetUsageRequest{}
	}
	response, err := c.service.GetUsage(ctx, request)
	return response, errorOf(err)
}

// Models lists the models with their limits, prices and health. Errors are *Error.
func (c *Client) Models(ctx context.Context) ([]*headwayv1.Model, error) {
	response, err := c.service.ListModels(ctx, &headwayv1.ListModelsRequest{})
	return response.GetModels(), errorOf(err)
}

func dialOptions(options Options) []grpc.DialOption {
	transport := insecure.NewCredentials()
	if options.TLS != nil {
		transport = credentials.NewTLS(options.TLS)
	}
	outgoing := outgoing{token: firstOf(options.Token, os.Getenv("HEADWAY_TOKEN"))}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithUnaryInterceptor(outgoing.unary),
		grpc.WithStreamInterceptor(outgoing.stream),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1 << 30)),
		// gRPC waits up to two minutes otherwise, long after a restarted server is back.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 5 * time.Second,
		}),
	}
	if interval := options.KeepAlive; interval >= 0 {
		if interval == 0 {
			interval = 30 * time.Second
		}
		dial = append(dial, grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: interval, Timeout: 10 * time.Second}))
	}
	return append(dial, options.DialOptions...)
}

// outgoing adds the token and the trace context to each call.
type outgoing struct {
	token string
}

func (o outgoing) unary(ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	return invoke(o.with(ctx), method, request, reply, connection, options...)
}

func (o outgoing) stream(ctx context.Context, desc *grpc.StreamDesc, connection *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	return open(o.with(ctx), desc, connection, method, options...)
}

func (o outgoing) with(ctx context.Context) context.Context {
	carrier := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	if o.token != "" {
		carrier["authorization"] = "Bearer " + o.token
	}
	for name, value := range carrier {
		ctx = metadata.AppendToOutgoingContext(ctx, name, value)
	}
	return ctx
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
