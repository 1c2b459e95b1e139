import { Secret } from "../../core/secret.ts";
import type { Kind } from "./kind.ts";
import { orSubstitution, SUBSTITUTION_JSON } from "./kind.ts";

/** An address to listen on. */
export interface Address {
  /** Without the brackets of IPv6. */
  readonly host: string;
  /** 0: a free port is chosen. */
  readonly port: number;
}

/** `host:port`, `[ipv6]:port`. */
export const address: Kind<Address> = {
  read(value) {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(String(value).trim());
    const port = Number(match?.[3]);
    if (match === null || port > 65_535) {
      return { problem: "is not host:port; write for instance 127.0.0.1:50051 or [::1]:50051" };
    }
    return { value: { host: match[1] ?? match[2] ?? "", port } };
  },
  json: orSubstitution({ type: "string", pattern: "^(\\[[0-9a-fA-F:.]+\\]|[^\\s:\\[\\]]+):\\d{1,5}$" }),
};

/** An http or https address without credentials, query or closing slash. */
export const url: Kind<string> = {
  read(value) {
    const parsed = typeof value === "string" ? URL.parse(value.trim()) : null;
    if (parsed === null || !["http:", "https:"].includes(parsed.protocol)) {
      return { problem: "is not an address; write it with http:// or https://" };
    }
    if (parsed.username !== "" || parsed.password !== "") {
      const problem = "must not hold a user name or password; put them into api_key or headers";
      return { problem, hidden: true };
    }
    if (parsed.hash !== "") return { problem: "must not have a # part" };
    return { value: parsed.href.replace(/\/+$/, "") };
  },
  json: { anyOf: [{ type: "string", pattern: "^https?://" }, SUBSTITUTION_JSON] },
};

/** An http or https address that no message shows, since whoever knows it may use it. */
export const secretUrl: Kind<Secret> = {
  read(value) {
    const parsed = typeof value === "string" ? URL.parse(value.trim()) : null;
    if (parsed === null || !["http:", "https:"].includes(parsed.protocol)) {
      return { problem: "is not an address; write it with http:// or https://", hidden: true };
    }
    if (parsed.username !== "" || parsed.password !== "" || parsed.hash !== "") {
      return { problem: "must have no user name, no password and no # part", hidden: true };
    }
    return { value: new Secret(parsed.href) };
  },
  json: { anyOf: [{ type: "string", pattern: "^https?://" }, SUBSTITUTION_JSON] },
};

/** A time zone of the IANA database, as `America/Los_Angeles`; shown by the name that was written. */
export const timeZone: Kind<string> = {
  read(value) {
    const written = String(value);
    try {
      const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: written }).resolvedOptions();
      // The platform gives Asia/Kolkata as Asia/Calcutta: only capitals are taken from it.
      return { value: timeZone.toLowerCase() === written.toLowerCase() ? timeZone : written };
    } catch {
      return { problem: "is not a time zone; write a name such as UTC or America/Los_Angeles" };
    }
  },
  json: { type: "string" },
};
