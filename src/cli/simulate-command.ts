import type { Command, Option } from "commander";
import type { SimulateOptions } from "./simulate-options.ts";

const EXAMPLES = `
Examples:
  headway simulate --model openai/gpt-4o-mini --rate 120/m --input-tokens 800 --output-tokens 300:2
  headway simulate --workload workload.yaml --tier tier1 --compare tier2 --svg run.svg`;

/** Adds `headway simulate`; what it needs is loaded only when it runs. */
export function addSimulateCommand(program: Command, configOption: Option): void {
  program
    .command("simulate")
    .description("play traffic against the limits of a config on a virtual clock: waits, use, refusals, cost")
    .addOption(configOption)
    .option("--workload <file>", "the traffic; or describe it by the options that follow")
    .option("--model <models>", "provider/model, or several in order of preference, with commas")
    .option("--rate <rate>", "mean rate of requests: 2/s, 120/m or 5000/h; they arrive at random")
    .option(
      "--input-tokens <tokens>",
      "800; or 800:2 for a median and a spread by which two of three differ at most",
    )
    .option("--output-tokens <tokens>", "what answers take, in the same form")
    .option("--max-output-tokens <tokens>", "what is reserved for an answer; without it as learned")
    .option("--tenants <weights>", "who sends, with weights: search:3,batch:1")
    .option("--priorities <shares>", "part of the requests by priority: high:1,normal:9")
    .option("--max-wait <duration>", "longest wait; without it as the config says")
    .option("--duration <duration>", "how long requests arrive; without it 1h, or as the workload says")
    .option("--seed <number>", "the same seed gives the same requests; without it 1, or as the workload says")
    .option("--tier <tier>", "tier of all accounts; without it as the config says")
    .option("--compare <tier>", "the same traffic on another tier, side by side")
    .option("--svg <file>", "draw starts, caps and waits over time")
    .option("--json", "print the whole report as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (options: SimulateOptions) => (await import("./simulate.ts")).simulateCommand(options));
}
