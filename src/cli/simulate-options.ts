/** Options of `headway simulate`, as text. */
export interface SimulateOptions {
  readonly config?: string;
  readonly workload?: string;
  readonly model?: string;
  readonly rate?: string;
  readonly inputTokens?: string;
  readonly outputTokens?: string;
  readonly maxOutputTokens?: string;
  readonly tenants?: string;
  readonly priorities?: string;
  readonly maxWait?: string;
  readonly duration?: string;
  readonly seed?: string;
  readonly tier?: string;
  readonly compare?: string;
  readonly svg?: string;
  readonly json?: boolean;
}
