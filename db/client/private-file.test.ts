import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writePrivately } from "./private-file.ts";

const home = mkdtempSync(join(tmpdir(), "mcpctl-private-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const mode = (path: string) => statSync(path).mode & 0o777;

test("a new file and its directory are their owner's alone", async () => {
  const path = join(home, "new", "file");
  await writePrivately(path, "text");
  expect([readFileSync(path, "utf8"), mode(path), mode(join(home, "new"))]).toEqual(["text", 0o600, 0o700]);
});

test("one that others could read is theirs no more", async () => {
  const path = join(home, "open");
  writeFileSync(path, "before");
  chmodSync(path, 0o644);
  await writePrivately(path, "after");
  expect([readFileSync(path, "utf8"), mode(path)]).toEqual(["after", 0o600]);
});

test("a link to a file kept elsewhere stays one", async () => {
  const [real, link] = [join(home, "real"), join(home, "link")];
  writeFileSync(real, "before");
  symlinkSync(real, link);
  await writePrivately(link, "after");
  expect([lstatSync(link).isSymbolicLink(), readFileSync(real, "utf8")]).toEqual([true, "after"]);
});

test("what can't be written leaves the file as it was, and nothing beside it", async () => {
  const path = join(home, "taken");
  mkdirSync(path);
  await expect(writePrivately(path, "text")).rejects.toThrow();
  expect(existsSync(path)).toBe(true);
  expect(readdirSync(home).filter((f) => f.startsWith("taken"))).toEqual(["taken"]);
});

test("of writers side by side one wins, whole", async () => {
  const path = join(home, "contested");
  const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(50_000));
  await Promise.all(texts.map((text) => writePrivately(path, text)));
  expect(texts).toContain(readFileSync(path, "utf8"));
});
