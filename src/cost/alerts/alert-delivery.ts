import type { Clock, Timer } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { Alert } from "./alert.ts";
import { type Webhook, webhookMessage } from "./webhook.ts";
import type { PostWebhook } from "./webhook-poster.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** After this long an alert is no news any more. */
const GIVE_UP_MS = 86_400_000;

/** What an {@link AlertDelivery} needs. */
export interface AlertDeliveryOptions {
  readonly webhook: Webhook;
  readonly post: PostWebhook;
  readonly clock: Clock;
  readonly random: Random;
  /** Told once of each alert that needs no further try; `problem` says why it was given up. */
  readonly onDone: (alert: Alert, problem: string | undefined) => void;
}

/**
 * Sends alerts to one webhook, one after the other in the order in which they were raised. After one that is not taken
 * there is a pause of a second, then of twice as long each time up to 5 minutes, and it goes behind the others, so that
 * one that a receiver never takes holds up no other. It is given up a day after it was raised. One that was taken is
 * never sent again.
 */
export class AlertDelivery {
  readonly #options: AlertDeliveryOptions;
  readonly #waiting: Alert[] = [];
  /** Ends with the sending that is, or was last, under way. */
  #sending: Promise<void> | undefined;
  #isSending = false;
  #isClosed = false;
  #failureCount = 0;
  #timer: Timer | undefined;

  constructor(options: AlertDeliveryOptions) {
    this.#options = options;
  }

  send(alert: Alert): void {
    this.#waiting.push(alert);
    this.#sendAll();
  }

  /** Begins no further try; what was not taken stays undelivered. Resolves when the try under way has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#sending;
  }

  #sendAll(): void {
    if (!this.#isSending) this.#sending = this.#sendInOrder();
  }

  async #sendInOrder(): Promise<void> {
    this.#isSending = true;
    while (!this.#isClosed && this.#timer === undefined && this.#waiting.length > 0) await this.#sendNext();
    this.#isSending = false;
  }

  async #sendNext(): Promise<void> {
    const { webhook, post, clock, onDone } = this.#options;
    const alert = this.#waiting[0]!;
    const problem = await post(webhook.url.reveal(), webhookMessage(webhook, alert, clock.wallMs()));
    if (this.#isClosed && problem !== undefined) return;
    if (problem !== undefined && clock.wallMs() < alert.wallMs + GIVE_UP_MS) {
      this.#waiting.push(this.#waiting.shift()!);
      this.#pause();
      return;
    }
    this.#failureCount = 0;
    this.#waiting.shift();
    onDone(alert, problem);
  }

  /** Half of the pause is chance, so that many senders do not come back at once. */
  #pause(): void {
    const { clock, random } = this.#options;
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failureCount++);
    this.#timer = clock.after(longest * (0.5 + random.next() / 2), () => {
      this.#timer = undefined;
      this.#sendAll();
    });
  }
}
