// Does what the contract suite says, one JSON object a line, with the Go client.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	headway "headway.io/headway/clients/go"
	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

type command struct {
	ID              int64
	Do              string
	Request         json.RawMessage
	TimeoutMs       int64
	CancelAfterMs   int64
	StopAt          string
	Models          []string
	InputTokens     int64
	MaxOutputTokens *int64
	MaxWaitMs       *int64
	LeaseMs         int64
	End             string
	HoldMs          int64
	Usage           [2]int64
	SDK             string `json:"sdk"`
	BaseURL         string
	Model           string
	Stream          bool
	Prompt          string
	OnUnavailable   string
	Address         string
	Workers         int
	Calls           int
	URL             string
	Token           string
	TLSRoot         string `json:"tlsRoot"`
	Traceparent     string
}

type answer map[string]any

var client *headway.Client

type rateLimited struct{}

func (rateLimited) Error() string { return "too many" }

func main() {
	var err error
	if client, err = headway.New(headway.Options{}); err != nil {
		panic(err)
	}
	var mutex sync.Mutex
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			panic(err)
		}
		go func() {
			said := answer{"id": c.ID}
			if ok, err := run(c); err != nil {
				said["error"] = failureOf(err)
			} else {
				said["ok"] = ok
			}
			mutex.Lock()
			defer mutex.Unlock()
			line, _ := json.Marshal(said)
			fmt.Println(string(line))
		}()
	}
}

func run(c command) (answer, error) {
	ctx := context.Background()
	if c.CancelAfterMs > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		time.AfterFunc(time.Duration(c.CancelAfterMs)*time.Millisecond, cancel)
	}
	if c.TimeoutMs > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(c.TimeoutMs)*time.Millisecond)
		defer cancel()
	}
	switch c.Do {
	case "complete":
		response, err := client.Complete(ctx, read(c.Request, &headwayv1.CompleteRequest{}))
		return answer{"response": toJSON(response)}, err
	case "stream":
		return stream(ctx, c)
	case "usage":
		response, err := client.Usage(ctx, read(c.Request, &headwayv1.GetUsageRequest{}))
		return answer{"response": toJSON(response)}, err
	case "slot":
		return slot(ctx, c)
	case "sdk":
		return sdk(ctx, c)
	case "measure":
		return measure(ctx, c)
	case "connect":
		return connect(ctx, c)
	}
	return workers(ctx, c)
}

func stream(ctx context.Context, c command) (answer, error) {
	events, text := []string{}, ""
	for response, err := range client.Stream(ctx, read(c.Request, &headwayv1.CompleteRequest{})) {
		if err != nil {
			return nil, err
		}
		message := response.ProtoReflect()
		kind := message.WhichOneof(message.Descriptor().Oneofs().Get(0)).JSONName()
		events = append(events, kind)
		text += response.GetDelta().GetText()
		if kind == c.StopAt {
			break
		}
	}
	return answer{"events": events, "text": text}, nil
}

func slot(ctx context.Context, c command) (answer, error) {
	request := headway.SlotRequest{Models: c.Models, InputTokens: c.InputTokens, MaxOutputTokens: c.MaxOutputTokens, Lease: time.Duration(c.LeaseMs) * time.Millisecond}
	if c.MaxWaitMs != nil {
		wait := time.Duration(*c.MaxWaitMs) * time.Millisecond
		request.MaxWait = &wait
	}
	usage := headway.UsageOf(c.Usage[0], c.Usage[1])
	told := answer{}
	tell := func(held *headway.Slot) { told["model"], told["reservedTokens"] = held.Model(), held.ReservedTokens() }
	if c.End == "report" || c.End == "fail" || c.End == "rateLimited" {
		err := client.WithSlot(ctx, request, func(ctx context.Context, held *headway.Slot) error {
			tell(held)
			switch c.End {
			case "fail":
				return io.ErrUnexpectedEOF
			case "rateLimited":
				held.Report(headway.Report{Outcome: headway.RateLimited, StatusCode: 429})
				return rateLimited{}
			}
			held.Report(headway.Report{Usage: usage})
			return nil
		})
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, rateLimited{}) {
			err = nil
		}
		return told, err
	}
	held, err := client.AcquireSlot(ctx, request)
	if err != nil {
		return nil, err
	}
	tell(held)
	if c.End == "hold" {
		return told, nil
	}
	defer held.Close()
	switch c.End {
	case "release":
		return told, held.Release(ctx)
	case "settle":
		time.Sleep(time.Duration(c.HoldMs) * time.Millisecond)
		settled, err := held.Settle(ctx, headway.Report{Usage: usage})
		told["settled"] = toJSON(settled)
		return told, err
	}
	return told, nil
}

func workers(ctx context.Context, c command) (answer, error) {
	var mutex sync.Mutex
	var group sync.WaitGroup
	statuses := map[string]int{}
	calls := make(chan struct{}, c.Calls)
	for range c.Calls {
		calls <- struct{}{}
	}
	close(calls)
	var failure error
	for range c.Workers {
		group.Go(func() {
			for range calls {
				status, err := callUntilServed(ctx, c)
				mutex.Lock()
				if err != nil {
					failure = err
				}
				statuses[fmt.Sprint(status)]++
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	return answer{"statuses": statuses}, failure
}

// callUntilServed tries again as long as Headway cannot be reached.
func callUntilServed(ctx context.Context, c command) (status int, err error) {
	for {
		status, err = callInSlot(ctx, c)
		var refusal *headway.Error
		if !errors.As(err, &refusal) || !refusal.IsUnavailable() {
			return status, err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func callInSlot(ctx context.Context, c command) (status int, err error) {
	err = client.WithSlot(ctx, headway.SlotRequest{Models: c.Models, TotalTokens: 10}, func(ctx context.Context, held *headway.Slot) error {
		if status, err = post(c.URL); err == nil {
			held.Report(headway.Report{Usage: headway.UsageOf(3, 1), StatusCode: status})
		}
		return err
	})
	return status, err
}

func post(url string) (status int, err error) {
	response, err := http.Post(url, "application/json", strings.NewReader("{}"))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

func connect(ctx context.Context, c command) (answer, error) {
	options := headway.Options{Address: c.Address, Token: c.Token}
	if c.TLSRoot != "" {
		trusted := x509.NewCertPool()
		trusted.AppendCertsFromPEM([]byte(c.TLSRoot))
		options.TLS = &tls.Config{RootCAs: trusted}
	}
	other, err := headway.New(options)
	if err != nil {
		return nil, err
	}
	defer other.Close()
	otel.SetTextMapPropagator(propagation.TraceContext{})
	ctx = otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier{"traceparent": c.Traceparent})
	_, err = other.Complete(ctx, &headwayv1.CompleteRequest{})
	return answer{}, err
}

func measure(ctx context.Context, c command) (answer, error) {
	var directMs, slotMs, nextMs []float64
	direct := func() (int, error) { return post(c.URL) }
	inSlot := func() (int, error) { return callInSlot(ctx, c) }
	for range c.Calls {
		for _, timed := range []struct {
			call    func() (int, error)
			timesMs *[]float64
		}{{direct, &directMs}, {inSlot, &slotMs}, {direct, &nextMs}} {
			began := time.Now()
			if _, err := timed.call(); err != nil {
				return nil, err
			}
			*timed.timesMs = append(*timed.timesMs, time.Since(began).Seconds()*1000)
		}
	}
	return answer{"directMs": directMs, "slotMs": slotMs, "nextMs": nextMs}, nil
}

func failureOf(err error) answer {
	if status, reason, ok := sdkFailure(err); ok {
		return answer{"statusCode": status, "reason": reason, "message": err.Error()}
	}
	var refusal *headway.Error
	if !errors.As(err, &refusal) {
		return answer{"message": err.Error()}
	}
	if refusal.Code == 1 {
		return answer{"cancelled": true}
	}
	failure := answer{"code": refusal.Code, "reason": nil, "metadata": refusal.Metadata, "retryAfterMs": nil, "message": refusal.Message}
	if refusal.Reason != "" {
		failure["reason"] = refusal.Reason
	}
	if refusal.RetryAfter != nil {
		failure["retryAfterMs"] = refusal.RetryAfter.Milliseconds()
	}
	subjects := []string{}
	for _, violation := range refusal.Violations {
		subjects = append(subjects, violation.Subject)
	}
	failure["subjects"] = subjects
	return failure
}

func read[M proto.Message](text json.RawMessage, message M) M {
	if err := protojson.Unmarshal(text, message); err != nil {
		panic(err)
	}
	return message
}

func toJSON(message proto.Message) json.RawMessage {
	text, _ := protojson.Marshal(message)
	return text
}
