/** The paths of OpenAI's API that people copy together with the base URL. */
const copied = /\/v1(\/(chat\/completions|completions|embeddings|models|responses))?$/;

/**
 * The base URL to which `/v1/…` is appended, out of what somebody wrote: with or without `/v1`, slashes, or one of OpenAI's paths
 * behind it. Another path, `/v1beta` among them, stays.
 * @param url without query and fragment, or only its path.
 */
export function withoutV1(url: string): string {
  return url.replace(/\/+$/, "").replace(copied, "").replace(/\/+$/, "");
}
