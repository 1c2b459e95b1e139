import { expect, it, onTestFinished } from "vitest";
import { realModelMissing, startRealModel } from "../support/real/model-server.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { estimateErrors } from "../support/service/estimate-errors.ts";
import { startHeadway } from "../support/service/start-headway.ts";

it.skipIf(realModelMissing !== undefined)(
  "the input of a real model is estimated to 3 percent in the median once some calls are settled",
  async () => {
    const server = await startRealModel();
    onTestFinished(() => server.stop());
    const headway = await startHeadway({
      config: `
scheduler: {spacing: none}
providers:
  local:
    type: openai_compatible
    base_url: ${server.baseUrl}
    models: {tiny: {upstream_model: ${server.model}, context_window: 8192, max_output_tokens: 512}}
`,
    });
    onTestFinished(() => headway.close());
    const seed = printedSeed("estimates");
    const errors = await estimateErrors(headway, { model: "local/tiny", calls: 40, seed, mostWords: 60 });
    console.log(server.model, errors);
    expect(errors.median).toBeLessThanOrEqual(0.03);
  },
);
