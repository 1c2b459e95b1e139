import { type Refusal, refuse } from "../core/refusal.ts";

/** Stands for a request whose bytes are not the message they should be, until somebody can answer it. */
export class MalformedRequest {
  readonly refusal: Refusal;

  constructor(typeName: string) {
    this.refusal = refuse("INVALID_REQUEST", `the request is not a valid message of type ${typeName}`);
  }
}
