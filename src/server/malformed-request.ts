import { type Refusal, refuse } from "../core/refusal.ts";

/** Stands for a request whose bytes are not the message they should be, until somebody can answer it. */
export class MalformedRequest {
  readonly refusal: Refusal;

  /** `explanation` says what is wrong. Undefined: nobody can say more than that the bytes are no such message. */
  constructor(typeName: string, explanation?: string) {
    this.refusal = refuse(
      "INVALID_REQUEST",
      explanation ?? `the request is not a valid message of type ${typeName}`,
    );
  }
}
