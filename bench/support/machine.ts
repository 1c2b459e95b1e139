import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";

/** The machine and the versions that figures were measured with. */
export function describeMachine(): string {
  const [first] = cpus();
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0);
  const version = (name: string): string =>
    JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), "utf8"))
      .version;
  return [
    `${cpus().length} × ${first?.model.trim()}, ${gibibytes} GiB, load ${loadavg()[0]?.toFixed(2)} at the start`,
    `Node ${process.versions.node}, @grpc/grpc-js ${version("@grpc/grpc-js")}, @bufbuild/protobuf ${version("@bufbuild/protobuf")}, ` +
      `openai ${version("openai")}, undici ${version("undici")}`,
  ].join("\n");
}
