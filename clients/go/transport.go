package headway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

// Transport is an http.RoundTripper that reserves before and settles after each call of a model. Other requests pass
// untouched. A refusal becomes a response with status 429 (or 400, 401, 403, 404, 503) and the header x-headway-reason,
// which the SDKs turn into their own errors and do not retry.
type Transport struct {
	client    *Client
	options   TransportOptions
	proceeded atomic.Int64
}

// TransportOptions are the settings of a [Transport]. The zero value is fine.
type TransportOptions struct {
	// Provider is the provider's key in Headway's config. Default: by the API that is called, openai, anthropic, gemini.
	Provider string
	// ModelOf gives the model in Headway of a model at the provider. Default: provider/model.
	ModelOf func(upstreamModel string) string
	// ProceedWhenUnavailable calls the provider all the same when Headway cannot be reached. Default: status 503.
	ProceedWhenUnavailable bool
	// Slot has the further settings of the slots: MaxWait, Lease, Priority, Tags. The rest is ignored.
	Slot SlotRequest
	// Base makes the calls. Default: http.DefaultTransport.
	Base http.RoundTripper
}

var httpStatus = map[codes.Code]int{
	codes.InvalidArgument:    http.StatusBadRequest,
	codes.Unauthenticated:    http.StatusUnauthorized,
	codes.PermissionDenied:   http.StatusForbidden,
	codes.NotFound:           http.StatusNotFound,
	codes.FailedPrecondition: http.StatusBadRequest,
	codes.ResourceExhausted:  http.StatusTooManyRequests,
}

// NewTransport makes a transport: &http.Client{Transport: headway.NewTransport(client, headway.TransportOptions{})}.
func NewTransport(client *Client, options TransportOptions) *Transport {
	if options.Base == nil {
		options.Base = http.DefaultTransport
	}
	return &Transport{client: client, options: options}
}

// Proceeded counts the calls that went on without a slot because Headway could not be reached.
func (t *Transport) Proceeded() int64 {
	return t.proceeded.Load()
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodPost || request.Body == nil || !isJSON(request.Header) {
		return t.options.Base.RoundTrip(request)
	}
	body, err := io.ReadAll(request.Body)
	request.Body.Close()
	if err != nil {
		return nil, err
	}
	call := readProviderCall(request.URL.Path, body)
	if call == nil {
		return t.options.Base.RoundTrip(withBody(request, body))
	}
	slot, err := t.client.AcquireSlot(request.Context(), t.slotRequest(call))
	if err == nil {
		return t.callInSlot(withBody(request, call.body), call, slot)
	}
	if request.Context().Err() != nil {
		return nil, request.Context().Err()
	}
	var refusal *Error
	if !errors.As(err, &refusal) {
		return nil, err
	}
	if refusal.IsUnavailable() && t.options.ProceedWhenUnavailable {
		t.proceeded.Add(1)
		slog.WarnContext(request.Context(), "Headway cannot be reached, a call goes on without it", "error", err)
		return t.options.Base.RoundTrip(withBody(request, body))
	}
	return refusalResponse(request, refusal), nil
}

func (t *Transport) slotRequest(call *providerCall) SlotRequest {
	request := t.options.Slot
	provider := firstOf(t.options.Provider, string(call.wire))
	request.Models = []string{provider + "/" + call.upstreamModel}
	if t.options.ModelOf != nil {
		request.Models = []string{t.options.ModelOf(call.upstreamModel)}
	}
	request.InputTokens, request.MaxOutputTokens = call.inputTokens, call.maxOutputTokens
	return request
}

func (t *Transport) callInSlot(request *http.Request, call *providerCall, slot *Slot) (*http.Response, error) {
	ctx := request.Context()
	response, err := t.options.Base.RoundTrip(request)
	if err != nil {
		if wasNeverSent(err) {
			_ = slot.Release(ctx)
		}
		slot.Close()
		return nil, err
	}
	slot.Report(Report{StatusCode: response.StatusCode, Header: response.Header})
	switch {
	case response.StatusCode == http.StatusTooManyRequests:
		slot.settleQuietly(ctx, Report{Outcome: RateLimited})
	case response.StatusCode >= 400:
		slot.settleQuietly(ctx, Report{Outcome: Failed})
	case strings.Contains(response.Header.Get("content-type"), "text/event-stream"):
		response.ContentLength = -1
		response.Header.Del("content-length")
		response.Body = &observedBody{
			source:    response.Body,
			reader:    usageReader{wire: call.wire},
			hideUsage: call.hideUsage,
			onEnd: func(usage *headwayv1.Usage, isWhole bool) {
				outcome := Failed
				if isWhole {
					outcome = Succeeded
				}
				slot.settleQuietly(ctx, Report{Usage: usage, Outcome: outcome})
			},
		}
	default:
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			slot.Close()
			return nil, err
		}
		reader := usageReader{wire: call.wire}
		reader.read(answer)
		slot.settleQuietly(ctx, Report{Usage: reader.usage()})
		response.Body = io.NopCloser(bytes.NewReader(answer))
	}
	return response, nil
}

// refusalResponse puts a refusal as the provider would have, and says that Headway has weighed another try already.
func refusalResponse(request *http.Request, refusal *Error) *http.Response {
	code := firstOf(refusal.Reason, "UNAVAILABLE")
	body, _ := json.Marshal(map[string]any{
		"type":  "error",
		"error": map[string]string{"type": "headway_error", "code": code, "message": refusal.Error()},
	})
	header := http.Header{}
	header.Set("content-type", "application/json")
	header.Set("x-should-retry", "false")
	header.Set("x-headway-reason", code)
	if after := refusal.RetryAfter; after != nil {
		header.Set("retry-after-ms", strconv.FormatInt(int64(math.Ceil(float64(*after)/float64(time.Millisecond))), 10))
		header.Set("retry-after", strconv.FormatInt(int64(math.Ceil(after.Seconds())), 10))
	}
	status, ok := httpStatus[refusal.Code]
	if !ok {
		status = http.StatusServiceUnavailable
	}
	return &http.Response{
		Status:        strconv.Itoa(status) + " " + http.StatusText(status),
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       request,
	}
}

func withBody(request *http.Request, body []byte) *http.Request {
	request = request.Clone(request.Context())
	request.Body = io.NopCloser(bytes.NewReader(body))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	request.ContentLength = int64(len(body))
	return request
}

func isJSON(header http.Header) bool {
	return strings.Contains(header.Get("content-type"), "json")
}

// wasNeverSent says whether no connection was made, so that the provider cannot have seen the call.
func wasNeverSent(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "dial"
}
