import { expect, test } from "vitest";
import { folder, pages } from "../../infra/docs/pages.ts";
import { routes } from "../harness/routes.ts";
import { verifies } from "../requirements.ts";
import { files, read } from "./repository.ts";

const wanted = pages(routes);
const again = "The kinds say something else than their pages. Run `npm run docs` and commit what it writes.";

test(verifies("law.kind-pages", "the pages of kinds are what the kinds' descriptions say"), () => {
  const there = files.filter((f) => f.startsWith(`${folder}/`));
  expect([...there].sort(), again).toEqual([...wanted.keys()].sort());
  const stale = [...wanted].filter(([file, text]) => read(file) !== text).map(([file]) => file);
  expect(stale, again).toEqual([]);
});

test("no page of a kind shows a name of TypeScript or zod", () => {
  for (const [file, text] of wanted) expect(text, file).not.toMatch(/undefined|\[object Object\]|NaN|\bZod/);
});
