package headway

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

// A slot that nobody settles is renewed no longer than this, so that a forgotten one ends.
const longestHold = time.Hour

// How long to try to end a slot whose call is over, even when its context is.
const endTimeout = 10 * time.Second

// ErrReleased says that a slot cannot be settled because it was released.
var ErrReleased = errors.New("headway: the slot was released")

// Slot is the right to start one call now. Settle it when the call is done, release it when the call was never sent,
// and defer Close, which settles it as failed if neither was done: the call may have been sent. The lease is renewed
// until then, for an hour at most. [Client.WithSlot] does it all. Safe for use by several goroutines.
type Slot struct {
	client *Client
	grant  *headwayv1.AcquireSlotResponse
	// At the earliest: what the request took on its way counts as if the answer had.
	grantedAt time.Time
	interval  time.Duration

	mutex   sync.Mutex
	renewal *time.Timer
	report  Report
	ended   bool
	settled *headwayv1.SettleSlotResponse
	err     error
}

// ID is the name of the slot.
func (s *Slot) ID() string { return s.grant.GetSlotId() }

// Model is the model to call, as openai/gpt-4o-mini.
func (s *Slot) Model() string { return s.grant.GetModel() }

// Deployment is the deployment to call.
func (s *Slot) Deployment() string { return s.grant.GetDeployment() }

// ReservedTokens count against the limits until the slot is settled.
func (s *Slot) ReservedTokens() int64 { return s.grant.GetReservedTokens() }

// Waited is how long the slot was waited for.
func (s *Slot) Waited() time.Duration { return s.grant.GetWaited().AsDuration() }

// IsLate says whether it may be too late to start the call, by when it was asked for: then release the slot and acquire
// anew.
func (s *Slot) IsLate() bool {
	within := s.grant.GetStartWithin()
	return within != nil && time.Since(s.grantedAt) > within.AsDuration()
}

// Report notes how the call went, for when the slot is settled. What is noted later wins, field by field.
func (s *Slot) Report(report Report) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.report = s.report.with(report)
}

// Settle says how the call ended, with what was reported before. Settling twice gives the first answer. It ends the slot
// even when ctx is done. Errors are *Error, or ErrReleased.
func (s *Slot) Settle(ctx context.Context, report Report) (*headwayv1.SettleSlotResponse, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.ended {
		s.report = s.report.with(report)
		s.end(ctx, func(ctx context.Context) error {
			var err error
			s.settled, err = s.client.service.SettleSlot(ctx, s.report.settleRequest(s.ID()))
			return err
		})
	}
	if s.settled == nil && s.err == nil {
		return nil, ErrReleased
	}
	return s.settled, s.err
}

// Release gives the slot back: only for a call that was never sent. It does nothing to a settled one. Errors are *Error.
func (s *Slot) Release(ctx context.Context) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.ended {
		s.end(ctx, func(ctx context.Context) error {
			_, err := s.client.service.ReleaseSlot(ctx, &headwayv1.ReleaseSlotRequest{SlotId: s.ID()})
			return err
		})
	}
	return s.err
}

// Close settles the slot as failed unless it was settled or released. What goes wrong is only logged.
func (s *Slot) Close() {
	s.mutex.Lock()
	outcome := s.report.Outcome
	s.mutex.Unlock()
	// What was reported of the call is better known than that it was given up.
	if outcome == 0 {
		outcome = Failed
	}
	s.settleQuietly(context.Background(), Report{Outcome: outcome})
}

// settleQuietly settles unless the slot is ended; the call's own result matters more than what goes wrong here.
func (s *Slot) settleQuietly(ctx context.Context, report Report) {
	if s.isEnded() {
		return
	}
	if _, err := s.Settle(ctx, report); err != nil {
		slog.WarnContext(ctx, "a Headway slot could not be settled", "slot_id", s.ID(), "error", err)
	}
}

func (s *Slot) isEnded() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.ended
}

func (s *Slot) end(ctx context.Context, call func(context.Context) error) {
	s.ended = true
	s.renewal.Stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	s.err = errorOf(call(ctx))
}

func (s *Slot) renewLater() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.renewal = time.AfterFunc(s.interval, func() {
		if s.isEnded() || time.Since(s.grantedAt) > longestHold {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
		defer cancel()
		if _, err := s.client.service.RenewSlot(ctx, &headwayv1.RenewSlotRequest{SlotId: s.ID()}); err != nil {
			slog.Warn("a Headway slot could not be renewed", "slot_id", s.ID(), "error", err)
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if !s.ended {
			s.renewal.Reset(s.interval)
		}
	})
}
