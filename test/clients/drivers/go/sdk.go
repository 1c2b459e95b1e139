package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"

	headway "headway.io/headway/clients/go"
)

func sdk(ctx context.Context, c command) (answer, error) {
	used := client
	if c.Address != "" {
		var err error
		if used, err = headway.New(headway.Options{Address: c.Address}); err != nil {
			return nil, err
		}
		defer used.Close()
	}
	transport := headway.NewTransport(used, headway.TransportOptions{ProceedWhenUnavailable: c.OnUnavailable == "proceed"})
	call := callOpenAI
	if c.SDK == "anthropic" {
		call = callAnthropic
	}
	said, err := call(ctx, c, &http.Client{Transport: transport})
	if said != nil {
		said["proceeded"] = transport.Proceeded()
	}
	return said, err
}

func callOpenAI(ctx context.Context, c command, httpClient *http.Client) (answer, error) {
	sdk := openai.NewClient(openaioption.WithAPIKey("sk-test"), openaioption.WithBaseURL(c.BaseURL+"/v1"), openaioption.WithHTTPClient(httpClient))
	request := openai.ChatCompletionNewParams{
		Model:     c.Model,
		Messages:  []openai.ChatCompletionMessageParamUnion{openai.UserMessage(c.Prompt)},
		MaxTokens: openai.Int(100),
	}
	if !c.Stream {
		completion, err := sdk.Chat.Completions.New(ctx, request)
		if err != nil {
			return nil, err
		}
		return answer{"text": completion.Choices[0].Message.Content, "usage": [2]int64{completion.Usage.PromptTokens, completion.Usage.CompletionTokens}}, nil
	}
	stream := sdk.Chat.Completions.NewStreaming(ctx, request)
	text, withoutChoice := "", 0
	for stream.Next() {
		if chunk := stream.Current(); len(chunk.Choices) == 0 {
			withoutChoice++
		} else {
			text += chunk.Choices[0].Delta.Content
		}
	}
	return answer{"text": text, "chunksWithoutChoice": withoutChoice}, stream.Err()
}

func callAnthropic(ctx context.Context, c command, httpClient *http.Client) (answer, error) {
	sdk := anthropic.NewClient(anthropicoption.WithAPIKey("sk-test"), anthropicoption.WithBaseURL(c.BaseURL), anthropicoption.WithHTTPClient(httpClient))
	request := anthropic.MessageNewParams{
		Model:     anthropic.Model(c.Model),
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(c.Prompt))},
		MaxTokens: 100,
	}
	message := &anthropic.Message{}
	if c.Stream {
		stream := sdk.Messages.NewStreaming(ctx, request)
		for stream.Next() {
			if err := message.Accumulate(stream.Current()); err != nil {
				return nil, err
			}
		}
		if err := stream.Err(); err != nil {
			return nil, err
		}
	} else {
		var err error
		if message, err = sdk.Messages.New(ctx, request); err != nil {
			return nil, err
		}
	}
	return answer{"text": message.Content[0].Text, "usage": [2]int64{message.Usage.InputTokens, message.Usage.OutputTokens}}, nil
}

func sdkFailure(err error) (status int, reason string, ok bool) {
	var fromOpenAI *openai.Error
	if errors.As(err, &fromOpenAI) {
		return fromOpenAI.StatusCode, fromOpenAI.Response.Header.Get("x-headway-reason"), true
	}
	var fromAnthropic *anthropic.Error
	if errors.As(err, &fromAnthropic) {
		return fromAnthropic.StatusCode, fromAnthropic.Response.Header.Get("x-headway-reason"), true
	}
	return 0, "", false
}
