import type { AppOptions } from "./app-options.ts";
import type { Money } from "./create-money.ts";
import type { Scheduling } from "./create-scheduling.ts";
import type { Upstream } from "./create-upstream.ts";
import type { Storage } from "./open-storage.ts";

/** All that is there before the first service is made of it. */
export interface Parts extends AppOptions, Storage, Scheduling, Money, Upstream {}
