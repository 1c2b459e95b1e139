// Shows the place in the queue while it waits, then the text as it is written.
package main

import (
	"context"
	"fmt"
	"log"

	headway "headway.io/headway/clients/go"
	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

func main() {
	client, err := headway.New(headway.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	request := &headwayv1.CompleteRequest{
		Model:    "echo/echo",
		Messages: []*headwayv1.Message{headway.User("Tell me a story of two trains.")},
	}
	for response, err := range client.Stream(context.Background(), request) {
		if err != nil {
			log.Fatal(err)
		}
		switch event := response.GetEvent().(type) {
		case *headwayv1.StreamCompleteResponse_Queued:
			fmt.Printf("number %d for %s\n", event.Queued.GetPosition(), event.Queued.GetModel())
		case *headwayv1.StreamCompleteResponse_AttemptStarted:
			fmt.Printf("calling %s\n", event.AttemptStarted.GetModel())
		case *headwayv1.StreamCompleteResponse_Delta:
			fmt.Print(event.Delta.GetText())
		case *headwayv1.StreamCompleteResponse_Done:
			fmt.Printf("\n%d tokens\n", event.Done.GetUsage().GetOutputTokens())
		}
	}
}
