// Answers a question: cd examples/go && go run ./complete
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	headway "headway.io/headway/clients/go"
	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

func main() {
	client, err := headway.New(headway.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	answer, err := client.Complete(ctx, &headwayv1.CompleteRequest{
		Model:    "echo/echo",
		Messages: []*headwayv1.Message{headway.User("Why do trains keep their distance?")},
		Tags:     map[string]string{"feature": "example"},
	})
	var refusal *headway.Error
	if errors.As(err, &refusal) {
		log.Fatalf("%s: %s; try again in %v", refusal.Reason, refusal.Message, refusal.RetryAfter)
	}
	fmt.Println(headway.TextOf(answer.GetMessage()))
	fmt.Printf("%s: %d tokens, %d nano-dollars\n", answer.GetModel(), answer.GetUsage().GetTotalTokens(), answer.GetCost().GetTotalNanoUsd())
	for _, attempt := range answer.GetAttempts() {
		fmt.Printf("tried %s: %s\n", attempt.GetModel(), attempt.GetExplanation())
	}
}
