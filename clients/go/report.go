package headway

import (
	"net/http"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

// Outcome says how the call in a slot ended.
type Outcome int

const (
	// Succeeded: the provider answered. The default.
	Succeeded Outcome = iota + 1
	// Failed: the call failed, or was given up after it had been sent. It still counts as a request.
	Failed
	// RateLimited: the provider said 429.
	RateLimited
)

// Report says how the call in a slot went. Zero fields are not known.
type Report struct {
	// Usage the provider reported. Nil: not known; then all that was reserved stays charged.
	Usage *headwayv1.Usage
	// Outcome of the call. Zero: it succeeded.
	Outcome Outcome
	// StatusCode is the provider's HTTP status.
	StatusCode int
	// RetryAfter is how long the provider asked to wait.
	RetryAfter time.Duration
	// Header of the provider's answer; what is about rate limits is handed on, the rest left out.
	Header http.Header
}

// UsageOf makes the usage of a call of which only input and output are known.
func UsageOf(inputTokens, outputTokens int64) *headwayv1.Usage {
	return &headwayv1.Usage{InputTokens: &inputTokens, OutputTokens: &outputTokens}
}

func (r Report) with(later Report) Report {
	if later.Usage != nil {
		r.Usage = later.Usage
	}
	if later.Outcome != 0 {
		r.Outcome = later.Outcome
	}
	if later.StatusCode != 0 {
		r.StatusCode = later.StatusCode
	}
	if later.RetryAfter != 0 {
		r.RetryAfter = later.RetryAfter
	}
	if later.Header != nil {
		r.Header = later.Header
	}
	return r
}

func (r Report) settleRequest(slotID string) *headwayv1.SettleSlotRequest {
	request := &headwayv1.SettleSlotRequest{
		SlotId:          slotID,
		Usage:           r.Usage,
		Outcome:         headwayv1.SlotOutcome(r.Outcome),
		ProviderHeaders: map[string]string{},
	}
	if r.StatusCode != 0 {
		code := int32(r.StatusCode)
		request.ProviderStatusCode = &code
	}
	if r.RetryAfter != 0 {
		request.RetryAfter = durationpb.New(r.RetryAfter)
	}
	for name := range r.Header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-ratelimit-") || strings.HasPrefix(lower, "anthropic-ratelimit-") || strings.HasPrefix(lower, "retry-after") {
			request.ProviderHeaders[lower] = r.Header.Get(name)
		}
	}
	return request
}
