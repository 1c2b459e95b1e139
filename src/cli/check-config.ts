import { describeProviders } from "../config/describe-providers.ts";
import { readConfig } from "./read-config.ts";

/** Says whether a configuration may be used, and what it turns on. @throws {CliError} with every problem at once */
export function checkConfigCommand({ config: file }: { readonly config?: string }): void {
  const { config, warnings, file: source } = readConfig(file);
  const subject = source ?? "the environment (there is no headway.yaml)";
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  for (const { name, on, hint } of describeProviders(config)) {
    process.stdout.write(on ? `${name}: on\n` : `${name}: off; to turn it on ${hint}\n`);
  }
  process.stdout.write(`${subject}: valid\n`);
}
