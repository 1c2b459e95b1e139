import type { AlertRecord, AlertStore } from "../../cost/alerts/alert-store.ts";

/** Keeps no alert beyond the process. */
export class MemoryAlerts implements AlertStore {
  async load(): Promise<readonly AlertRecord[]> {
    return [];
  }

  async save(): Promise<void> {}

  forget(): void {}
}
