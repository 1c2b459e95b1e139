"""Ten direct calls at a pace that the provider accepts. With a key in OPENAI_API_KEY the calls are made by its SDK."""

import os
from concurrent.futures import ThreadPoolExecutor

from headway_client import Headway, HeadwayTransport, TokenUsage

MODEL = "gpt-4o-mini"
headway = Headway()


def with_sdk(question: str) -> str:
    from openai import DefaultHttpxClient, OpenAI

    # One line: the SDK does the rest as before.
    client = OpenAI(http_client=DefaultHttpxClient(transport=HeadwayTransport(headway, on_unavailable="proceed")))
    answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
    return answer.choices[0].message.content or ""


def by_hand(question: str) -> str:
    with headway.slot(f"openai/{MODEL}", input_tokens=20, max_output_tokens=50) as slot:
        # Call the provider here, in any way, and report what it used.
        slot.report(usage=TokenUsage(input_tokens=12, output_tokens=30))
        return f"{question} ({slot.model} after {slot.waited:.3f} s, {slot.reserved_tokens} tokens reserved)"


call = with_sdk if os.environ.get("OPENAI_API_KEY") else by_hand
with headway, ThreadPoolExecutor(10) as threads:
    for answer in threads.map(call, [f"question {number}" for number in range(1, 11)]):
        print(answer)
