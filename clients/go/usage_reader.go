package headway

import (
	"encoding/json"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

// usageReader gathers the usage a provider reports in an answer, whole or event by event.
type usageReader struct {
	wire wire
	seen reportedUsage
	any  bool
}

// reportedUsage has the fields of all wires. Those that are absent in a later report keep their value.
type reportedUsage struct {
	PromptTokens            *int64       `json:"prompt_tokens"`
	CompletionTokens        *int64       `json:"completion_tokens"`
	InputTokens             *int64       `json:"input_tokens"`
	OutputTokens            *int64       `json:"output_tokens"`
	PromptTokensDetails     usageDetails `json:"prompt_tokens_details"`
	InputTokensDetails      usageDetails `json:"input_tokens_details"`
	CompletionTokensDetails usageDetails `json:"completion_tokens_details"`
	OutputTokensDetails     usageDetails `json:"output_tokens_details"`

	CacheReadInputTokens     *int64 `json:"cache_read_input_tokens"`
	CacheCreationInputTokens *int64 `json:"cache_creation_input_tokens"`

	PromptTokenCount        *int64 `json:"promptTokenCount"`
	CandidatesTokenCount    *int64 `json:"candidatesTokenCount"`
	ThoughtsTokenCount      *int64 `json:"thoughtsTokenCount"`
	CachedContentTokenCount *int64 `json:"cachedContentTokenCount"`
	ToolUsePromptTokenCount *int64 `json:"toolUsePromptTokenCount"`
}

type usageDetails struct {
	CachedTokens    *int64 `json:"cached_tokens"`
	ReasoningTokens *int64 `json:"reasoning_tokens"`
}

type reportedAnswer struct {
	Usage         json.RawMessage  `json:"usage"`
	UsageMetadata json.RawMessage  `json:"usageMetadata"`
	Response      *reportedAnswer  `json:"response"`
	Message       *reportedAnswer  `json:"message"`
	Choices       *json.RawMessage `json:"choices"`
}

// read looks at an answer or at one event of a stream, and says whether it is OpenAI's event with nothing but usage.
func (r *usageReader) read(data []byte) (usageAlone bool) {
	var answer reportedAnswer
	if json.Unmarshal(data, &answer) != nil {
		return false
	}
	usage := answer.Usage
	for _, inner := range []*reportedAnswer{answer.Response, answer.Message} {
		if inner != nil && usage == nil {
			usage = inner.Usage
		}
	}
	if r.wire == gemini {
		usage = answer.UsageMetadata
	}
	told := withoutNulls(usage)
	if len(told) == 0 || json.Unmarshal(told, &r.seen) != nil {
		return false
	}
	r.any = true
	return answer.Choices != nil && string(*answer.Choices) == "[]"
}

// withoutNulls leaves out what is not repeated, so that it keeps the value it had. Empty: there is no usage.
func withoutNulls(usage json.RawMessage) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(usage, &fields) != nil || fields == nil {
		return nil
	}
	for name, value := range fields {
		if string(value) == "null" {
			delete(fields, name)
		}
	}
	told, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	return told
}

// usage is nil when the provider reported none.
func (r *usageReader) usage() *headwayv1.Usage {
	if !r.any {
		return nil
	}
	seen := r.seen
	switch r.wire {
	case anthropic:
		usage := &headwayv1.Usage{OutputTokens: seen.OutputTokens, CachedInputTokens: seen.CacheReadInputTokens, CacheWriteInputTokens: seen.CacheCreationInputTokens}
		if seen.InputTokens != nil {
			usage.InputTokens = sumOf(seen.InputTokens, seen.CacheReadInputTokens, seen.CacheCreationInputTokens)
		}
		return usage
	case gemini:
		usage := &headwayv1.Usage{CachedInputTokens: seen.CachedContentTokenCount, ReasoningTokens: seen.ThoughtsTokenCount}
		if seen.PromptTokenCount != nil {
			usage.InputTokens = sumOf(seen.PromptTokenCount, seen.ToolUsePromptTokenCount)
		}
		usage.OutputTokens = sumOf(seen.CandidatesTokenCount, seen.ThoughtsTokenCount)
		return usage
	}
	return &headwayv1.Usage{
		InputTokens: given(seen.PromptTokens, seen.InputTokens),
		// Embeddings have no output, and say nothing about it.
		OutputTokens:      given(seen.CompletionTokens, seen.OutputTokens, new(int64)),
		CachedInputTokens: given(seen.PromptTokensDetails.CachedTokens, seen.InputTokensDetails.CachedTokens),
		ReasoningTokens:   given(seen.CompletionTokensDetails.ReasoningTokens, seen.OutputTokensDetails.ReasoningTokens),
	}
}

// sumOf counts what is not known as none.
func sumOf(counts ...*int64) *int64 {
	var sum int64
	for _, count := range counts {
		if count != nil {
			sum += *count
		}
	}
	return &sum
}

func given(counts ...*int64) *int64 {
	for _, count := range counts {
		if count != nil {
			return count
		}
	}
	return nil
}
