const TOO_LONG =
  /context[ _-]?(length|window|size)|maximum number of tokens|(prompt|input) (is|exceeds|length).*(too long|maximum|limit)|too many (input )?tokens/i;

/**
 * Whether a refusal's text says that the request is longer than the model's context. Needed because few servers have a
 * code for it: only OpenAI does, while vLLM, llama.cpp, Anthropic, Gemini and Ollama say it in words.
 */
export function saysContextTooLong(message: string): boolean {
  return TOO_LONG.test(message);
}
