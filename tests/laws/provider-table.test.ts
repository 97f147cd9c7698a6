/** The table of provider types in docs/openai-clients.md is written by hand: it must agree with the providers that exist. */
import { expect, test } from "vitest";
import { type Provider, providers } from "#db/kinds/parts/providers";
import { read } from "./repository.ts";

const section = read("docs/openai-clients.md").split("## Provider types\n")[1]?.split("\n## ")[0] ?? "";
/** Type → the cell with its default base URL. */
const documented = Object.fromEntries(
  [...section.matchAll(/^\| `([a-z-]+)` \| (.+?) \|/gm)]
    .map(([, type = "", url = ""]) => [type, url])
    .filter(([type]) => type !== "type"),
);

test("the documentation lists each provider type with its default base URL", () => {
  const existing = Object.entries<Provider>(providers).map(([type, { url }]) => [
    type,
    url === undefined ? "none: set `url`" : `\`${url}\``,
  ]);
  expect(documented).toEqual(Object.fromEntries(existing));
});
