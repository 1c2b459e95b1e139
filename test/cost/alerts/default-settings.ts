import { type AlertSettings, alertSettings } from "../../../src/cost/alerts/alert.ts";
import { configFrom } from "../../config/config-from.ts";

/** What holds where the config says nothing. */
export const DEFAULT_ALERT_SETTINGS: AlertSettings = alertSettings(configFrom(""));
