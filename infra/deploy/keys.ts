/** `npm run keys -- FILE`: an edge's keys in a file of one's own, in the shape that `wrangler secret bulk` takes. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { newKeys } from "../launch/keys.ts";

const [file, ...more] = process.argv.slice(2);
if (file === undefined || more.length > 0) {
  console.error("Say which file to write: npm run keys -- edge-keys.json");
  process.exit(2);
}
try {
  // Never over keys that may be in use: what they sealed could not be read any more.
  const path = resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
  writeFileSync(path, `${JSON.stringify(newKeys(), null, 2)}\n`, { mode: 0o600, flag: "wx" });
  console.log(`Keys written to ${path}. Keep a copy where only you can read it: nothing replaces them.`);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  console.error(
    code === "EEXIST" ? `${file} is there already and stays as it is. Name another file.` : `${file}: ${message}`,
  );
  process.exit(1);
}
