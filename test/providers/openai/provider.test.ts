import { expect, it } from "vitest";
import { authHeaders } from "../../../src/providers/openai/provider.ts";

const AZURE = { Authorization: null, "api-key": "key" };

it.each([
  ["https://api.openai.com/v1", "key", {}],
  ["https://name.openai.azure.com/openai/v1", "key", AZURE],
  ["https://name.cognitiveservices.azure.com/openai", "key", AZURE],
  ["https://name.services.ai.azure.com/openai/v1", "key", AZURE],
  ["https://openai.azure.com.example.org/v1", "key", {}],
  ["http://127.0.0.1:8081/v1", undefined, { Authorization: null }],
])("the key for %s goes where that server looks for it", (url, apiKey, expected) => {
  expect(authHeaders(new URL(url), apiKey)).toEqual(expected);
});
