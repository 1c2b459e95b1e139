import { describe } from "vitest";
import { MemoryAnswers } from "../../../src/stores/memory/answers.ts";
import { answerStoreContract } from "../../support/answers/answer-store-contract.ts";

describe("answers in memory", () => {
  answerStoreContract(async (options) => new MemoryAnswers(options));
});
