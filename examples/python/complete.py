"""Answers a question: python examples/python/complete.py [MODEL]"""

import sys

from headway_client import CompleteRequest, Headway, HeadwayError, text_of, user

model = sys.argv[1] if len(sys.argv) > 1 else "echo/echo"
request = CompleteRequest(
    model=model,
    messages=[user("Why do trains keep their distance?")],
    tags={"feature": "example"},
)

with Headway() as headway:
    try:
        answer = headway.complete(request, timeout=60)
    except HeadwayError as error:
        sys.exit(f"{error.reason}: {error}; try again in {error.retry_after} s")
    print(text_of(answer.message))
    print(f"{answer.model}: {answer.usage.total_tokens} tokens, {answer.cost.total_nano_usd} nano-dollars")
    for attempt in answer.attempts:
        print(f"tried {attempt.model}: {attempt.explanation}")
