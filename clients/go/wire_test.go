package headway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

// The cases that the clients of all languages are tested with.
type wireCases struct {
	Requests []struct {
		Name string
		Path string
		Body json.RawMessage
		Call *struct {
			Wire            wire
			UpstreamModel   string
			InputTokens     int64
			MaxOutputTokens *int64
			HideUsage       bool
		}
	}
	Answers []struct {
		Name  string
		Wire  wire
		Body  json.RawMessage
		Usage json.RawMessage
	}
	Streams []struct {
		Name       string
		Wire       wire
		HideUsage  bool
		Events     []string
		Passed     []int
		Usage      json.RawMessage
		IsComplete bool
	}
}

func readCases(t *testing.T) (cases wireCases) {
	text, err := os.ReadFile("../wire-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestRequests(t *testing.T) {
	for _, c := range readCases(t).Requests {
		t.Run(c.Name, func(t *testing.T) {
			call := readProviderCall(c.Path, c.Body)
			if c.Call == nil || call == nil {
				if c.Call != nil || call != nil {
					t.Fatalf("got %+v, want %+v", call, c.Call)
				}
				return
			}
			got := fmt.Sprint(call.wire, call.upstreamModel, call.inputTokens, told(call.maxOutputTokens), call.hideUsage)
			want := fmt.Sprint(c.Call.Wire, c.Call.UpstreamModel, c.Call.InputTokens, told(c.Call.MaxOutputTokens), c.Call.HideUsage)
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if call.hideUsage != bytes.Contains(call.body, []byte("include_usage")) && !bytes.Contains(c.Body, []byte("include_usage")) {
				t.Errorf("the body is %s", call.body)
			}
		})
	}
}

func TestRequestWithLargePictureIsNotCountedByItsBytes(t *testing.T) {
	picture := "data:image/png;base64," + strings.Repeat("A", 1_000_000)
	call := readProviderCall("/v1/chat/completions", fmt.Appendf(nil, `{"model": "m", "messages": [{"content": [{"image_url": {"url": %q}}]}]}`, picture))
	if call == nil || call.inputTokens != 1_603 {
		t.Errorf("got %+v", call)
	}
}

func TestUsageOfAnswers(t *testing.T) {
	for _, c := range readCases(t).Answers {
		t.Run(c.Name, func(t *testing.T) {
			reader := usageReader{wire: c.Wire}
			reader.read(c.Body)
			expectUsage(t, reader.usage(), c.Usage)
		})
	}
}

func TestStreams(t *testing.T) {
	for _, c := range readCases(t).Streams {
		text := strings.Join(c.Events, "")
		sources := map[string]io.Reader{"byte by byte": iotest.OneByteReader(strings.NewReader(text)), "at once": strings.NewReader(text)}
		for name, source := range sources {
			t.Run(c.Name+" "+name, func(t *testing.T) {
				ends := 0
				body := &observedBody{
					source:    io.NopCloser(source),
					reader:    usageReader{wire: c.Wire},
					hideUsage: c.HideUsage,
					onEnd: func(usage *headwayv1.Usage, isWhole bool) {
						ends++
						expectUsage(t, usage, c.Usage)
						if !isWhole {
							t.Error("the stream is not whole")
						}
					},
				}
				passed, err := io.ReadAll(body)
				if err != nil {
					t.Fatal(err)
				}
				want := ""
				for _, index := range c.Passed {
					want += c.Events[index]
				}
				if string(passed) != want || ends != 1 || body.complete != c.IsComplete {
					t.Errorf("got %q, %d ends, complete: %t", passed, ends, body.complete)
				}
			})
		}
	}
}

func TestStreamThatIsLeftBeforeItsEndIsNotWhole(t *testing.T) {
	ends := []bool{}
	body := &observedBody{
		source: io.NopCloser(strings.NewReader("data: {}\n\ndata: {}\n\n")),
		onEnd:  func(_ *headwayv1.Usage, isWhole bool) { ends = append(ends, isWhole) },
	}
	if _, err := body.Read(make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	body.Close()
	if len(ends) != 1 || ends[0] {
		t.Errorf("got %v", ends)
	}
}

func expectUsage(t *testing.T, got *headwayv1.Usage, text json.RawMessage) {
	t.Helper()
	if string(text) == "null" {
		if got != nil {
			t.Errorf("got %v, want none", got)
		}
		return
	}
	want := &headwayv1.Usage{}
	if err := protojson.Unmarshal(text, want); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func told(count *int64) string {
	if count == nil {
		return "unset"
	}
	return fmt.Sprint(*count)
}
