/** What a provider says, without the key: some repeat what they were given. */
export function withoutKey(text: string, key: string | undefined): string {
  return key ? text.replaceAll(key, "[key]") : text;
}
