/**
 * A base URL without slashes at its end and without `suffix`, which the caller appends itself: `http://host/v1/` and
 * `http://host` are the same place for a provider whose paths begin with `/v1`.
 */
export function trimBaseUrl(baseUrl: string, suffix = ""): string {
  const trimmed = baseUrl.replace(/\/+$/, "");
  return suffix !== "" && trimmed.endsWith(suffix) ? trimmed.slice(0, -suffix.length) : trimmed;
}
