import type { InputCalibrationSnapshot } from "./input-calibration.ts";
import type { LogHistogramSnapshot } from "./log-histogram.ts";

/** What a {@link import("./token-estimator.ts").TokenEstimator} has learned, as plain JSON. No text of any request. */
export interface TokenEstimatorSnapshot {
  /** Of this form. A reader that knows another one must start anew. */
  readonly version: 1;
  readonly models: readonly {
    readonly id: string;
    readonly input: InputCalibrationSnapshot;
    readonly output: LogHistogramSnapshot;
  }[];
  /** Output tokens by model, tenant and task. */
  readonly outputs: readonly { readonly key: string; readonly output: LogHistogramSnapshot }[];
}
