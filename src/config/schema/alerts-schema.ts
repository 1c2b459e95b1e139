import { z } from "zod";
import type { Secret } from "../../core/secret.ts";
import { defaulted, type Kind, optional, required } from "./kind.ts";
import { choice, decimal, integer, secret, usd } from "./kinds.ts";
import { secretUrl } from "./network-kinds.ts";

/** Of webhooks: after `whsec_` only Base64 makes sense, and a receiver would take the same text for another key. */
const signingSecret: Kind<Secret> = {
  ...secret,
  read(value) {
    const reading = secret.read(value);
    if (!("value" in reading) || !/^whsec_(?![A-Za-z0-9+/]*={0,2}$)/.test(reading.value.reveal()))
      return reading;
    return { problem: "begins with whsec_ and does not go on as Base64; copy it whole", hidden: true };
  },
};

const webhook = z
  .strictObject({
    url: required(secretUrl, "Where alerts are posted; never logged. Best taken from a variable."),
    secret: optional(
      signingSecret,
      "Signs what is posted, as Standard Webhooks has it: whsec_ and Base64, or any word. Unset: not signed.",
    ),
    format: defaulted(
      choice("json", "slack"),
      "json",
      "json: all that is known; slack: a text, as Slack, Mattermost and others take it.",
    ),
  })
  .describe("A receiver of alerts.");

/** What people are told of, and where. */
export const alertsSchema = z
  .strictObject({
    webhooks: z.array(webhook).prefault([]).describe("Where alerts are posted. None: they are only listed."),
    rate_limit_hits: defaulted(integer(1), 10, "429s of one provider within 5 minutes that raise an alert."),
    error_rate: defaulted(
      decimal(0.000_001, 1),
      0.25,
      "Part of the calls of one provider, from above 0 to 1, that fails within 5 minutes, of at least 20 calls.",
    ),
    unusual_spending_usd: defaulted(
      usd,
      1,
      "How far above the usual an hour must at least be to be called unusual, in US dollars.",
    ),
  })
  .prefault({})
  .describe("What people are told of, and where. Budgets have budgets.alert_threshold.");
