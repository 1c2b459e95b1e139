package headway

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

// SlotRequest asks for the right to start one call.
type SlotRequest struct {
	// Models are provider/model, in order of preference; the first that can start in time wins. Default: the server's.
	Models []string
	// InputTokens of the prompt. Zero: none, unless TotalTokens is set.
	InputTokens int64
	// MaxOutputTokens is the most the call may write. Nil: what such answers usually need.
	MaxOutputTokens *int64
	// TotalTokens is input and output together, instead of the two above. Zero: their sum.
	TotalTokens int64
	// MaxWait is the longest wait; nil: that of the server; zero: only when it can start at once.
	MaxWait *time.Duration
	// Lease is how long the slot lasts unless renewed. Zero: that of the server.
	Lease time.Duration
	// Priority says who goes first. Zero: normal.
	Priority headwayv1.Priority
	// Tags are labels for usage and cost.
	Tags map[string]string
	// RequestID is the caller's name for the request. Empty: Headway makes one.
	RequestID string
}

// A grant that came too late to be used is given back and asked for again at most so many times.
const mostLateGrants = 3

// AcquireSlot waits until one call may start. Defer Close on the slot; [Client.WithSlot] does all of it. A grant that was
// too long on its way is given back and asked for again, three times at most. Errors are *Error.
func (c *Client) AcquireSlot(ctx context.Context, request SlotRequest) (*Slot, error) {
	for late := 0; ; late++ {
		askedAt := time.Now()
		grant, err := c.service.AcquireSlot(ctx, request.message())
		if err != nil {
			return nil, errorOf(err)
		}
		slot := &Slot{client: c, grant: grant, grantedAt: askedAt.Add(grant.GetWaited().AsDuration()), interval: renewalInterval(request, grant)}
		slot.renewLater()
		if !slot.IsLate() || late == mostLateGrants {
			return slot, nil
		}
		// Whether that works tells nothing that the next answer does not.
		_ = slot.Release(ctx)
	}
}

// WithSlot makes a call in a slot: it waits until the call may start, runs it, and settles with what it reported. When
// call returns an error the slot is settled as failed, unless it reported another outcome or settled or released the
// slot itself. A settlement that goes wrong is only logged. The error is an *Error when there is no slot, else call's.
func (c *Client) WithSlot(ctx context.Context, request SlotRequest, call func(ctx context.Context, slot *Slot) error) error {
	slot, err := c.AcquireSlot(ctx, request)
	if err != nil {
		return err
	}
	// Also when it panics.
	defer slot.Close()
	if err := call(ctx, slot); err != nil {
		return err
	}
	slot.settleQuietly(ctx, Report{})
	return nil
}

func (r SlotRequest) message() *headwayv1.AcquireSlotRequest {
	message := &headwayv1.AcquireSlotRequest{
		Models:          r.Models,
		MaxOutputTokens: r.MaxOutputTokens,
		Priority:        r.Priority,
		Tags:            r.Tags,
		RequestId:       r.RequestID,
	}
	if r.InputTokens != 0 {
		message.InputTokens = &r.InputTokens
	}
	if r.TotalTokens != 0 {
		message.TotalTokens = &r.TotalTokens
	}
	if r.MaxWait != nil {
		message.MaxWait = durationpb.New(*r.MaxWait)
	}
	if r.Lease != 0 {
		message.LeaseDuration = durationpb.New(r.Lease)
	}
	return message
}

func renewalInterval(request SlotRequest, grant *headwayv1.AcquireSlotResponse) time.Duration {
	lasts := request.Lease
	if lasts == 0 {
		lasts = time.Until(grant.GetExpireTime().AsTime())
	}
	// A clock that goes wrong against the server's must not make it renew all the time.
	return max(time.Second, lasts/2)
}
