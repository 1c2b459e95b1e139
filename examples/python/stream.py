"""Shows the place in the queue while it waits, then the text as it is written."""

import asyncio
import sys

from headway_client import AsyncHeadway, CompleteRequest, user

MODEL = sys.argv[1] if len(sys.argv) > 1 else "echo/echo"


async def main() -> None:
    request = CompleteRequest(model=MODEL, messages=[user("Tell me a story of two trains.")])
    async with AsyncHeadway() as headway:
        async for event in headway.stream(request, timeout=60):
            match event.WhichOneof("event"):
                case "queued":
                    print(f"number {event.queued.position} for {event.queued.model}")
                case "attempt_started":
                    print(f"calling {event.attempt_started.model}")
                case "delta":
                    print(event.delta.text, end="", flush=True)
                case "done":
                    print(f"\n{event.done.usage.output_tokens} tokens")


asyncio.run(main())
