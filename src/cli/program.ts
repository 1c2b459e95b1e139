import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import type { AlertsOptions } from "./alerts.ts";
import type { BatchOptions } from "./batch.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { CompleteOptions } from "./complete.ts";
import type { CostsOptions } from "./costs.ts";
import type { ModelsOptions } from "./models.ts";
import type { CreateApp } from "./serve.ts";
import { addSimulateCommand } from "./simulate-command.ts";
import type { UsageOptions } from "./usage.ts";

const EXAMPLES = `
Examples:
  headway serve                                   serve with what the environment says
  headway serve --config headway.yaml             serve with a config
  headway complete "Why is the sky blue?"         ask a running server
  headway complete --model openai/gpt-4o "Hi"     ask a certain model
  headway batch night.jsonl --request-id night-7  answer a file of requests
  headway usage                                   what is used and left
  headway usage --group-by model,day --last 7d    what was used, as a table, --format csv or json
  headway costs                                   what was spent, as bars

Commands that talk to a running server send HEADWAY_TOKEN as their token when it is set.
Exit codes: 0 done, 1 failed, 2 used wrongly.`;

const USAGE_EXAMPLES = `
Examples:
  headway usage --group-by model,day --last 7d
  headway usage --group-by tag:team --last 30d --format csv > teams.csv`;

/**
 * Runs the command that `args` name (without the program's own name). Answers the exit code; what went wrong stands on
 * standard error.
 */
export async function runProgram(args: readonly string[], createApp: CreateApp): Promise<number> {
  try {
    await buildProgram(createApp).parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

// Each command loads only what it needs: a client should not pay for the server.
function buildProgram(createApp: CreateApp): Command {
  const program = new Command("headway")
    .description("Starts calls of language models only when their providers are going to accept them.")
    .version(version())
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(headway --help says more)")
    .exitOverride();
  program
    .command("serve")
    .description("serve until told to stop (SIGTERM, Ctrl-C), then let running calls end")
    .addOption(configOption())
    .action(async (options: { config?: string }) => (await import("./serve.ts")).serve(options, createApp));
  program
    .command("check-config")
    .description("say whether a config may be used; print every problem at once")
    .addOption(configOption())
    .action(async (options: { config?: string }) =>
      (await import("./check-config.ts")).checkConfigCommand(options),
    );
  program
    .command("complete")
    .description("answer a prompt, with the text as it is written")
    .argument("[prompt]", "the prompt; without it standard input is read")
    .option("--model <provider/model>", "the model to ask; without it the server chooses")
    .addOption(addressOption())
    .option("--json", "print the whole answer as JSON")
    .action(async (prompt: string | undefined, options: CompleteOptions) =>
      (await import("./complete.ts")).completeCommand(prompt, options),
    );
  program
    .command("batch")
    .description("answer a file of requests, one CompleteRequest as JSON a line; results as JSON lines")
    .argument("<file.jsonl>", "the requests")
    .addOption(addressOption())
    .option("--request-id <name>", "the batch's name; sent again with it, what is answered is not paid again")
    .option("--max-concurrency <count>", "how many at the same time; without it the server's default")
    .action(async (file: string, options: BatchOptions) =>
      (await import("./batch.ts")).batchCommand(file, options),
    );
  program
    .command("usage")
    .description("print what is used, left, waiting and spent; or what was, by groups")
    .addOption(addressOption())
    .option(
      "--group-by <dimensions>",
      "model, provider, tenant, tag, tag:<key>, day, hour; several with commas",
    )
    .option("--last <time>", "how far back, as 24h or 7d; without it everything")
    .option("--model <models>", "only these provider/models, with commas; openai/* is all of a provider")
    .addOption(new Option("--format <format>", "how it is printed").choices(["table", "csv", "json"]))
    .option("--json", "print the whole report as JSON")
    .addHelpText("after", USAGE_EXAMPLES)
    .action(async (options: UsageOptions) => (await import("./usage.ts")).usageCommand(options));
  program
    .command("costs")
    .description("draw what was spent, by model and by day")
    .addOption(addressOption())
    .option(
      "--by <dimension>",
      "model, provider, tenant, tag, tag:<key>, day or hour; without it model and day",
    )
    .option("--last <time>", "how far back, as 24h or 7d", "30d")
    .option("--model <models>", "only these provider/models, with commas; openai/* is all of a provider")
    .action(async (options: CostsOptions) => (await import("./costs.ts")).costsCommand(options));
  program
    .command("alerts")
    .description("print what was alerted, the newest first; sends HEADWAY_ADMIN_TOKEN")
    .addOption(addressOption())
    .option("--last <time>", "how far back, as 24h or 7d", "30d")
    .option("--json", "print them as JSON")
    .action(async (options: AlertsOptions) => (await import("./alerts.ts")).alertsCommand(options));
  program
    .command("models")
    .description("print the models with their limits and prices")
    .addOption(addressOption())
    .option("--json", "print the whole catalog as JSON")
    .action(async (options: ModelsOptions) => (await import("./models.ts")).modelsCommand(options));
  addSimulateCommand(program, configOption());
  return program;
}

function configOption(): Option {
  return new Option("--config <file>", "the config; without it ./headway.yaml when it is there");
}

function addressOption(): Option {
  return new Option("--address <host:port>", "where the server listens for gRPC")
    .default("127.0.0.1:50051")
    .env("HEADWAY_ADDRESS");
}

/** package.json is two folders up both from the source and from what is built of it. */
function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
