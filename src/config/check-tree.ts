import { variablePrefix } from "./environment.ts";
import type { Finding } from "./explain-issues.ts";
import type { Path } from "./path.ts";
import { impliedType } from "./resolve/providers.ts";
import { PROVIDER_TYPES } from "./schema/provider-schema.ts";
import { isTree, type Tree } from "./tree.ts";

/**
 * Checks that concern more than one key. They look at the tree as written and not at what the schema made of it, so
 * that a wrong value elsewhere does not hide what they find.
 */
export function checkTree(tree: Tree): Finding[] {
  return [
    ...entries(tree.providers).flatMap(([name, provider]) => checkProvider(name, provider)),
    ...checkTenants(tree),
    ...checkExperiments(tree),
    ...limitLists(tree).flatMap(({ path, list }) =>
      list.flatMap((limit, index) => checkLimit([...path, index], limit)),
    ),
  ];
}

function checkProvider(name: string, provider: Tree): Finding[] {
  const path = ["providers", name];
  const type = provider.type ?? impliedType(name);
  if (type === undefined) {
    return [{ path: [...path, "type"], message: `missing; write one of ${PROVIDER_TYPES.join(", ")}` }];
  }
  const isOff = provider.enabled === false || provider.enabled === "false";
  if (type !== "openai_compatible" || isOff || provider.base_url !== undefined) return [];
  const places = entries(provider.deployments);
  if (places.length > 0 && places.every(([, place]) => place.base_url !== undefined)) return [];
  const message = `missing; write where the server is reached, as http://127.0.0.1:8081/v1, or set ${variablePrefix(name)}BASE_URL`;
  return [{ path: [...path, "base_url"], message }];
}

function checkTenants(tree: Tree): Finding[] {
  const owners = new Map<unknown, string>();
  if (typeof tree.admin_token === "string") owners.set(tree.admin_token, "admin_token");
  return entries(tree.tenants).flatMap(([name, { token }]) => {
    if (token === undefined) return [];
    const owner = owners.get(token);
    owners.set(token, owner ?? `tenant ${name}`);
    if (owner === undefined) return [];
    return [
      { path: ["tenants", name, "token"], message: `the same as that of ${owner}; each needs its own` },
    ];
  });
}

function checkExperiments(tree: Tree): Finding[] {
  const routing = tree.routing;
  if (!isTree(routing)) return [];
  return entries(routing.experiments).flatMap(([name, experiment]) =>
    entries(experiment.arms).length >= 2
      ? []
      : [
          {
            path: ["routing", "experiments", name, "arms"],
            message: "an experiment needs at least two arms",
          },
        ],
  );
}

function checkLimit(path: Path, limit: unknown): Finding[] {
  if (!isTree(limit)) return [];
  const { metric, window, time_zone: timeZone } = limit;
  if (metric === "concurrent") {
    return window === undefined && timeZone === undefined
      ? []
      : [{ path, message: "concurrent counts calls that are running; leave window and time_zone out" }];
  }
  if (window === undefined)
    return [{ path: [...path, "window"], message: "missing; write for instance 60s" }];
  if (timeZone !== undefined && window !== "1d" && window !== "24h") {
    return [
      { path: [...path, "time_zone"], message: "only a window of 1d can follow the calendar; leave it out" },
    ];
  }
  return [];
}

/** All limits that are written as lists, wherever they may stand. */
function limitLists(tree: Tree): { readonly path: Path; readonly list: readonly unknown[] }[] {
  const holders: [Path, Tree][] = [];
  for (const [name, provider] of entries(tree.providers)) {
    holders.push([["providers", name], provider]);
    for (const kind of ["models", "deployments"]) {
      for (const [key, entry] of entries(provider[kind]))
        holders.push([["providers", name, kind, key], entry]);
    }
  }
  for (const [name, tenant] of entries(tree.tenants)) holders.push([["tenants", name], tenant]);
  return holders.flatMap(([path, holder]) =>
    Array.isArray(holder.limits) ? [{ path: [...path, "limits"], list: holder.limits }] : [],
  );
}

function entries(value: unknown): [string, Tree][] {
  if (!isTree(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, Tree] => isTree(entry[1]));
}
