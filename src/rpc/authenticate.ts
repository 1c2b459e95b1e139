import { hash, timingSafeEqual } from "node:crypto";
import type { Caller } from "../core/call.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { Secret } from "../core/secret.ts";

/** Who may call. */
export interface TenantToken {
  readonly name: string;
  readonly token: Secret;
}

/** Says who calls, by the value of the metadata key `authorization`. */
export type Authenticate = (authorization: string | undefined) => Caller | Refusal;

const DEFAULT_CALLER: Caller = { tenant: "default" };
const ADMIN: Caller = { tenant: "admin" };
const BEARER = /^bearer +/i;

/** Without tenants everyone is `default`, whatever token they send. */
export function createAuthenticate(tenants: readonly TenantToken[]): Authenticate {
  if (tenants.length === 0) return () => DEFAULT_CALLER;
  // Tokens are looked up by their hash, so that the time it takes says nothing about them.
  const callers = new Map<string, Caller>(
    tenants.map(({ name, token }) => [digest(token.reveal()), { tenant: name }]),
  );
  return (authorization) => {
    if (authorization === undefined) {
      return refuse("TOKEN_INVALID", "a token is required; send `authorization: Bearer <token>`");
    }
    if (!BEARER.test(authorization)) {
      return refuse("TOKEN_INVALID", "the authorization is not of the form `Bearer <token>`");
    }
    const caller = callers.get(digest(authorization.replace(BEARER, "").trim()));
    return caller ?? refuse("TOKEN_INVALID", "the token is not known");
  };
}

/**
 * Lets in who has the admin token. Who has a tenant's is told that it is not good for this; without an admin token
 * nobody is let in.
 */
export function createAdminAuthenticate(
  adminToken: Secret | undefined,
  tenants: readonly TenantToken[],
): Authenticate {
  if (adminToken === undefined) {
    const message = "AdminService is off: set admin_token in the config, or HEADWAY_ADMIN_TOKEN, and restart";
    return () => refuse("TOKEN_INVALID", message, { status: "PERMISSION_DENIED" });
  }
  const adminDigest = Buffer.from(digest(adminToken.reveal()));
  const tenantOf = createAuthenticate(tenants);
  return (authorization) => {
    const token = authorization?.replace(BEARER, "").trim() ?? "";
    if (timingSafeEqual(Buffer.from(digest(token)), adminDigest)) return ADMIN;
    const caller = tenants.length === 0 ? undefined : tenantOf(authorization);
    if (caller === undefined || "kind" in caller) {
      return refuse(
        "TOKEN_INVALID",
        "the admin token is required; send `authorization: Bearer <admin_token>`",
      );
    }
    return refuse("TOKEN_INVALID", `the token of tenant ${caller.tenant} is not good for AdminService`, {
      status: "PERMISSION_DENIED",
    });
  };
}

function digest(token: string): string {
  return hash("sha256", token, "base64");
}
