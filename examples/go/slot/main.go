// Ten direct calls at a pace that the provider accepts.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"sync"

	headway "headway.io/headway/clients/go"
)

func main() {
	client, err := headway.New(headway.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	// With an SDK it is one line: option.WithHTTPClient(httpClient).
	httpClient := &http.Client{Transport: headway.NewTransport(client, headway.TransportOptions{})}
	_ = httpClient

	// By hand:
	outputTokens := int64(50)
	request := headway.SlotRequest{Models: []string{"openai/gpt-4o-mini"}, InputTokens: 20, MaxOutputTokens: &outputTokens}
	var calls sync.WaitGroup
	for number := range 10 {
		calls.Go(func() {
			err := client.WithSlot(context.Background(), request, func(ctx context.Context, slot *headway.Slot) error {
				// Call the provider here, in any way, and report what it used.
				slot.Report(headway.Report{Usage: headway.UsageOf(12, 30)})
				fmt.Printf("question %d (%s after %s, %d tokens reserved)\n", number+1, slot.Model(), slot.Waited(), slot.ReservedTokens())
				return nil
			})
			if err != nil {
				log.Print(err)
			}
		})
	}
	calls.Wait()
}
