import { describe, expect, test } from "vitest";
import { configFrom, problemLines, setupFrom } from "./config-from.ts";

describe("alerts", () => {
  test("have defaults", () => {
    expect(configFrom("").alerts).toEqual({
      webhooks: [],
      rateLimitHits: 10,
      errorRate: 0.25,
      unusualSpendingNanoUsd: 1_000_000_000n,
    });
  });

  test("are posted to webhooks, of which address and secret are hidden", () => {
    const { webhooks } = configFrom(
      "alerts: {webhooks: [{url: 'https://hooks.slack.com/services/T0/B0/key', format: slack}, {url: 'http://a/b?c=d', secret: whsec_MTIz}]}",
    ).alerts;
    expect(webhooks.map(({ url, secret, format }) => [url.reveal(), secret?.reveal(), format])).toEqual([
      ["https://hooks.slack.com/services/T0/B0/key", undefined, "slack"],
      ["http://a/b?c=d", "whsec_MTIz", "json"],
    ]);
    expect(JSON.stringify(webhooks)).not.toMatch(/key|MTIz/);
  });

  test("that nothing keeps are warned of", () => {
    const config = "alerts: {webhooks: [{url: 'http://h'}]}";
    expect(setupFrom(`storage: memory\n${config}`).warnings).toEqual([
      expect.stringContaining("alerts are forgotten"),
    ]);
    expect(setupFrom(config).warnings).toEqual([]);
  });

  test.each([
    ["webhooks: [{}]", "alerts.webhooks[0].url", "missing"],
    [
      "webhooks: [{url: 'ftp://secret-host/x'}]",
      "alerts.webhooks[0].url",
      "write it with http:// or https://",
    ],
    ["webhooks: [{url: 'http://me:secret-word@h'}]", "alerts.webhooks[0].url", "no user name, no password"],
    ["webhooks: [{url: 'http://h', secret: ''}]", "alerts.webhooks[0].secret", "is empty"],
    ["webhooks: [{url: 'http://h', secret: 'whsec_secret!'}]", "alerts.webhooks[0].secret", "as Base64"],
    ["webhooks: [{url: 'http://h', format: slak}]", "alerts.webhooks[0].format", "did you mean slack?"],
    ["webhooks: [{url: 'http://h', token: x}]", "alerts.webhooks[0].token", "unknown"],
    ["rate_limit_hits: 0", "alerts.rate_limit_hits", "from 1 upwards"],
    ["error_rate: 25", "alerts.error_rate", "to 1"],
    ["error_rates: 0.5", "alerts.error_rates", "error_rate"],
    ["unusual_spending_usd: -1", "alerts.unusual_spending_usd", "US dollars"],
  ])("%s", (text, path, hint) => {
    const lines = problemLines(`alerts: {${text}}`);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(path);
    expect(lines[0]).toContain(hint);
    expect(lines[0]).not.toMatch(/secret-/);
  });
});
