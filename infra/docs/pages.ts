/** All pages that are generated from the kinds. Pure. */
import { kinds } from "#db/kinds/index";
import { indexPage } from "./index-page.ts";
import { kindPage } from "./kind-page.ts";
import type { DocumentedRoute } from "./routes.ts";

export const folder = "docs/kinds";

/** Content by path from the repository's root. */
export const pages = (routes: readonly DocumentedRoute[]): ReadonlyMap<string, string> =>
  new Map([
    [`${folder}/README.md`, indexPage()],
    ...kinds.map((kind) => [`${folder}/${kind.name}.md`, kindPage(kind, routes)] as const),
  ]);
