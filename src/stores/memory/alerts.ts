import type { AlertHistory, AlertStore } from "../../cost/alerts/alert-store.ts";

/** Keeps no alert beyond the process. */
export class MemoryAlerts implements AlertStore {
  async load(): Promise<AlertHistory> {
    return { records: [], calls: [] };
  }

  async save(): Promise<void> {}

  forget(): void {}
}
