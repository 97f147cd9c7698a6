/** `npm run docs`: rewrites docs/kinds/ from the descriptions of the kinds. */
import { globSync, rmSync } from "node:fs";
import { root } from "../paths.ts";
import { writeAtomically } from "../write-file.ts";
import { edgeRoutes } from "./edge-routes.ts";
import { folder, pages } from "./pages.ts";

const written = pages(await edgeRoutes());
for (const file of globSync(`${folder}/*.md`, { cwd: root })) if (!written.has(file)) rmSync(`${root}/${file}`);
for (const [file, text] of written) writeAtomically(`${root}/${file}`, text);
console.log(`${written.size} pages written to ${folder}/.`);
