// What the last day has used and cost, model by model, and what is left now.
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

	usage, err := client.Usage(context.Background(), &headwayv1.GetUsageRequest{
		Timeframe: headwayv1.Timeframe_TIMEFRAME_DAY,
		GroupBy:   []string{"model"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, group := range usage.GetGroups() {
		totals := group.GetTotals()
		dollars := float64(totals.GetCost().GetTotalNanoUsd()) / 1e9
		fmt.Printf("%s: %d requests, %d tokens, $%g\n", group.GetKey()["model"], totals.GetRequests(), totals.GetUsage().GetTotalTokens(), dollars)
	}
	for _, pool := range usage.GetPools() {
		for _, limit := range pool.GetLimits() {
			if limit.GetUsed()+limit.GetReserved() > 0 {
				fmt.Printf("%s: %d of %d left in %s, %d waiting\n", pool.GetName(), limit.GetRemaining(), limit.GetCap(), limit.GetWindow().AsDuration(), pool.GetQueueLength())
			}
		}
	}
}
