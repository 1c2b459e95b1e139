package headway

import (
	"encoding/json"
	"math"
	"net/url"
	"regexp"
	"strings"
)

// wire is the API that a provider speaks; also the usual name of the provider.
type wire string

const (
	openAI    wire = "openai"
	anthropic wire = "anthropic"
	gemini    wire = "gemini"
)

// providerCall is a call of a model, as far as its limits are concerned.
type providerCall struct {
	wire          wire
	upstreamModel string
	// An estimate that is rather too high.
	inputTokens int64
	// Nil: the request sets no maximum.
	maxOutputTokens *int64
	// The request's body with what it takes for the provider to report usage.
	body []byte
	// The caller did not ask for the report of usage in the stream, so that it must not see it.
	hideUsage bool
}

const (
	// English has about four bytes a token, code and most other scripts about three.
	bytesPerToken = 3
	// Names of fields, quotes and brackets become tokens of the provider's own; per value of the request.
	tokensPerValue = 2
	// What the providers count for a large picture.
	tokensPerPicture = 1_600
	// No text has as many characters without a space; base64 has.
	shortestPicture = 1_024
)

var (
	openAIPath = regexp.MustCompile(`/(completions|responses|embeddings)$`)
	geminiPath = regexp.MustCompile(`/models/([^/:]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents)$`)
	base64     = regexp.MustCompile(`^(data:[^,]*,)?[A-Za-z0-9+/_-]+=*$`)
)

// readProviderCall gives nil when the request calls no model or is not JSON; then no limit of ours applies.
func readProviderCall(path string, body []byte) *providerCall {
	call := &providerCall{wire: wireOf(path), body: body}
	var request map[string]any
	if call.wire == "" || json.Unmarshal(body, &request) != nil {
		return nil
	}
	call.upstreamModel, _ = request["model"].(string)
	if match := geminiPath.FindStringSubmatch(path); match != nil {
		call.upstreamModel, _ = url.PathUnescape(match[1])
	}
	if call.upstreamModel == "" {
		return nil
	}
	call.inputTokens = estimateInputTokens(request)
	call.maxOutputTokens = maxOutputTokens(path, request)
	options, _ := request["stream_options"].(map[string]any)
	if strings.HasSuffix(path, "/chat/completions") && request["stream"] == true && options["include_usage"] != true {
		call.hideUsage = true
		call.body = withUsage(body, options)
	}
	return call
}

func wireOf(path string) wire {
	switch {
	case openAIPath.MatchString(path):
		return openAI
	case strings.HasSuffix(path, "/v1/messages"):
		return anthropic
	case geminiPath.MatchString(path):
		return gemini
	}
	return ""
}

// estimateInputTokens is rather too high: a call that uses more than it reserved breaks the promise to keep the limits.
func estimateInputTokens(value any) int64 {
	var sum int64
	switch value := value.(type) {
	case string:
		if len(value) >= shortestPicture && base64.MatchString(value) {
			return tokensPerPicture
		}
		return int64(math.Ceil(float64(len(value))/bytesPerToken)) + tokensPerValue
	case float64:
		return tokensPerValue
	case []any:
		for _, inner := range value {
			sum += estimateInputTokens(inner)
		}
	case map[string]any:
		for _, inner := range value {
			sum += estimateInputTokens(inner)
		}
	}
	return sum
}

func maxOutputTokens(path string, request map[string]any) *int64 {
	if strings.Contains(strings.ToLower(path), "embed") {
		return new(int64)
	}
	config, _ := request["generationConfig"].(map[string]any)
	answers := 1.0
	for _, given := range []any{request["n"], config["candidateCount"]} {
		if given, ok := given.(float64); ok {
			answers = given
		}
	}
	for _, given := range []any{request["max_completion_tokens"], request["max_output_tokens"], request["max_tokens"], config["maxOutputTokens"]} {
		if given, ok := given.(float64); ok {
			tokens := int64(given * answers)
			return &tokens
		}
	}
	return nil
}

// withUsage adds an option to the body and leaves all else as the caller wrote it, numbers included.
func withUsage(body []byte, options map[string]any) []byte {
	var request map[string]json.RawMessage
	if json.Unmarshal(body, &request) != nil {
		return body
	}
	if options == nil {
		options = map[string]any{}
	}
	options["include_usage"] = true
	request["stream_options"], _ = json.Marshal(options)
	changed, err := json.Marshal(request)
	if err != nil {
		return body
	}
	return changed
}
