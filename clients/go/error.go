package headway

import (
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Error is a refusal or failure of Headway, or says that it could not be reached. Get it by [errors.As].
type Error struct {
	// Code is the gRPC status.
	Code codes.Code
	// Reason as WAIT_TOO_LONG; see headwayv1.ErrorReason. Empty: the error is not Headway's, as a lost connection.
	Reason string
	// Message is for people.
	Message string
	// Metadata has details by name, as headwayv1.ErrorReason describes them.
	Metadata map[string]string
	// RetryAfter is how long to wait before trying again; nil: not known, or trying again does not help.
	RetryAfter *time.Duration
	// Violations are the wrong fields, or the limits and budgets in the way.
	Violations []Violation

	cause error
}

// Violation is one thing that stood in the way.
type Violation struct {
	// Subject is the wrong field, or the limit or budget that does not allow it.
	Subject string
	// Description is for people.
	Description string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("headway: %s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("headway: %s: %s", e.Reason, e.Message)
}

// Unwrap gives the error of gRPC.
func (e *Error) Unwrap() error {
	return e.cause
}

// IsUnavailable says whether Headway could not be reached or cannot serve now, as opposed to a considered refusal.
func (e *Error) IsUnavailable() bool {
	switch e.Reason {
	case "SHUTTING_DOWN", "STORE_UNAVAILABLE", "INTERNAL":
		return true
	case "":
		return e.Code == codes.Unavailable || e.Code == codes.DeadlineExceeded || e.Code == codes.Unknown || e.Code == codes.Internal
	}
	return false
}

// errorOf makes an *Error of what gRPC returns; nil stays nil.
func errorOf(err error) error {
	if err == nil {
		return nil
	}
	from := status.Convert(err)
	made := &Error{Code: from.Code(), Message: from.Message(), cause: err}
	for _, detail := range from.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			made.Reason, made.Metadata = detail.GetReason(), detail.GetMetadata()
		case *errdetails.RetryInfo:
			delay := detail.GetRetryDelay().AsDuration()
			made.RetryAfter = &delay
		case *errdetails.BadRequest:
			for _, field := range detail.GetFieldViolations() {
				made.Violations = append(made.Violations, Violation{field.GetField(), field.GetDescription()})
			}
		case *errdetails.QuotaFailure:
			for _, quota := range detail.GetViolations() {
				made.Violations = append(made.Violations, Violation{quota.GetSubject(), quota.GetDescription()})
			}
		}
	}
	return made
}

func isEndOfStream(err error) bool {
	return errors.Is(err, io.EOF)
}
