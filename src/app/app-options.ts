import type { Logger } from "pino";
import type { Catalog } from "../catalog/catalog.ts";
import type { CheckedConfig } from "../catalog/check-config.ts";
import type { Config } from "../config/config.ts";
import type { Tree } from "../config/tree.ts";
import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";

/** What the service is made from. */
export interface AppOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  /** What the configuration was read from, to be compared with what {@link AppOptions.readConfig} finds later. */
  readonly tree: Tree;
  /** Reads the configuration again. */
  readonly readConfig: () => CheckedConfig;
  /** The file that the configuration was read from. Undefined: there is none. */
  readonly configFile: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}
