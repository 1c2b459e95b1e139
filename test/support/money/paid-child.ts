import { seededRandom } from "../../../src/core/random.ts";
import { PaidProvider } from "../service/paid-provider.ts";

/** A provider in a process of its own: says where it is, and answers each message with the tokens it was paid for. */
const random = seededRandom(Number(process.argv[2]));
const provider = await PaidProvider.start(
  () => 20 + Math.floor(random.next() * 81),
  () => 30 + random.next() * 270,
);
process.on("message", () => process.send!(provider.outputTokens));
process.on("disconnect", () => process.exit());
process.send!(provider.baseUrl);
