import { CandidateList } from "../completion/candidate-list.ts";
import { Completer } from "../completion/completer.ts";
import type { LiveConfig } from "../completion/live-config.ts";
import type { LedgerSink } from "../cost/ledger.ts";
import { addLayers, type Layers } from "./add-layers.ts";
import type { Parts } from "./parts.ts";

/** What answers Completes: the calling of providers, with its layers around it. @throws {StartError} when a file cannot be used */
export function createCompletion(
  parts: Parts,
  opened: AsyncDisposableStack,
  { accounts, live }: { readonly accounts: LedgerSink; readonly live: LiveConfig },
): Promise<Layers> {
  const { config, providers } = parts;
  const candidates = new CandidateList({
    ...parts,
    get config() {
      return live.config;
    },
    providerOf: (deployment) => providers.of(deployment),
  });
  const completer = new Completer({
    ...parts,
    ledger: accounts,
    get config() {
      return live.config;
    },
    candidates,
    tools: {
      ...parts,
      guardMs: config.scheduler.guardMs,
      capturesContent: config.telemetry.captureContent,
    },
    turns: countUp(),
  });
  return addLayers({ ...parts, completer, candidates, ledger: accounts, live }, opened);
}

function countUp(): { next(): number } {
  let count = 0;
  return { next: () => count++ };
}
