package headway

import (
	"bytes"
	"errors"
	"io"
	"regexp"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

var (
	endOfEvent = regexp.MustCompile(`\r?\n\r?\n`)
	usageField = regexp.MustCompile(`"usage(Metadata)?"`)
	// What the providers send last; readers go away after it without waiting for the end. Gemini sends nothing of the kind.
	lastEvent = regexp.MustCompile(`(?m)^data: ?\[DONE\]|^event: ?(message_stop|response\.(completed|incomplete))\s*$`)
)

// observedBody hands server-sent events on, reads the usage from them, and keeps back the one that only we asked for.
// onEnd is called once, before the reader sees the end; isWhole is false when the stream broke or the reader went away.
type observedBody struct {
	source    io.ReadCloser
	reader    usageReader
	hideUsage bool
	onEnd     func(usage *headwayv1.Usage, isWhole bool)

	pending  []byte
	ready    bytes.Buffer
	err      error
	complete bool
	ended    bool
}

// Read implements io.Reader.
func (b *observedBody) Read(target []byte) (int, error) {
	chunk := make([]byte, 16<<10)
	for b.ready.Len() == 0 && b.err == nil {
		count, err := b.source.Read(chunk)
		b.pending = append(b.pending, chunk[:count]...)
		b.take()
		if err != nil {
			b.err = err
			b.ready.Write(b.pending)
		}
		if b.complete || err != nil {
			b.end(b.complete || errors.Is(err, io.EOF))
		}
	}
	if b.ready.Len() > 0 {
		return b.ready.Read(target)
	}
	return 0, b.err
}

// Close implements io.Closer.
func (b *observedBody) Close() error {
	b.end(false)
	return b.source.Close()
}

// take moves the whole events to ready.
func (b *observedBody) take() {
	for {
		end := endOfEvent.FindIndex(b.pending)
		if end == nil {
			return
		}
		event := b.pending[:end[1]]
		if !b.isHidden(event) {
			b.ready.Write(event)
		}
		b.pending = b.pending[end[1]:]
	}
}

func (b *observedBody) isHidden(event []byte) bool {
	b.complete = b.complete || lastEvent.Match(event)
	// Most events carry a piece of text and nothing else.
	if !usageField.Match(event) {
		return false
	}
	var data []byte
	for line := range bytes.Lines(event) {
		if text, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			data = append(data, text...)
		}
	}
	return b.reader.read(data) && b.hideUsage
}

func (b *observedBody) end(isWhole bool) {
	if !b.ended {
		b.ended = true
		b.onEnd(b.reader.usage(), isWhole)
	}
}
