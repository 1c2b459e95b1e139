"""What the last day has used and cost, model by model, and what is left now."""

from headway.v1.get_usage_pb2 import TIMEFRAME_DAY
from headway_client import GetUsageRequest, Headway

with Headway() as headway:
    usage = headway.usage(GetUsageRequest(timeframe=TIMEFRAME_DAY, group_by=["model"]))

for group in usage.groups:
    totals = group.totals
    dollars = totals.cost.total_nano_usd / 1e9
    print(f"{group.key['model']}: {totals.requests} requests, {totals.usage.total_tokens} tokens, ${dollars}")
for pool in usage.pools:
    if any(limit.used + limit.reserved for limit in pool.limits):
        for limit in pool.limits:
            print(
                f"{pool.name}: {limit.remaining} of {limit.cap} left in {limit.window.seconds} s, "
                f"{pool.queue_length} waiting"
            )
