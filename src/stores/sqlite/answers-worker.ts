import { parentPort, workerData } from "node:worker_threads";
import type { AnswersCommand, AnswersReply, AnswersWorkerData } from "./answers-messages.ts";
import { ANSWERS_MIGRATIONS, AnswersTable } from "./answers-table.ts";
import { explainProblem } from "./explain-problem.ts";
import { openComponent } from "./open-component.ts";

/** Runs in a thread of its own: all reading and writing of the file happens here, in the order of the messages. */
function serve({ path, bounds }: AnswersWorkerData): void {
  const port = parentPort!;
  const reply = (message: AnswersReply): void => port.postMessage(message);
  try {
    const database = openComponent(path, "answers", ANSWERS_MIGRATIONS);
    const table = new AnswersTable(database, bounds);
    port.on("message", (command: AnswersCommand) => {
      if (command.kind === "close") {
        database.close();
        port.close();
      } else reply(handle(table, command, path));
    });
    reply({ kind: "opened" });
  } catch (error) {
    reply({ kind: "open_failed", explanation: explainProblem(path, error) });
    port.close();
  }
}

function handle(
  table: AnswersTable,
  command: Exclude<AnswersCommand, { kind: "close" }>,
  path: string,
): AnswersReply {
  if (command.kind === "get") {
    const { id, key, nowWallMs } = command;
    try {
      return { kind: "got", id, value: table.get(key, nowWallMs) };
    } catch (error) {
      return { kind: "got", id, value: undefined, explanation: explainProblem(path, error) };
    }
  }
  const { answer, nowWallMs } = command;
  const bytes = answer.value.byteLength;
  try {
    table.put(answer, nowWallMs);
    return { kind: "put", bytes };
  } catch (error) {
    return { kind: "put", bytes, explanation: explainProblem(path, error) };
  }
}

serve(workerData as AnswersWorkerData);
