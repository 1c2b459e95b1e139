import type { IncomingHttpHeaders } from "undici/types/header.js";

/**
 * The headers of an answer: the record that we hand on, with as much of the `Headers` interface around it as the SDKs
 * use. A real `Headers` object costs more than the rest of a small answer.
 */
export class UpstreamHeaders {
  /** By lower-case name; several of one name are joined by commas. */
  readonly record: Readonly<Record<string, string>>;

  constructor(headers: IncomingHttpHeaders) {
    const record: Record<string, string> = {};
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) record[name] = Array.isArray(value) ? value.join(", ") : value;
    }
    this.record = record;
  }

  /** The header's value, or null when it is not there. */
  get(name: string): string | null {
    return this.record[name.toLowerCase()] ?? null;
  }

  /** Names and values in the order of arrival. */
  entries(): Iterable<[string, string]> {
    return Object.entries(this.record);
  }
}
