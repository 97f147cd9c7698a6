import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { question } from "./question.ts";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const main = here("../main.ts");

describe("completion", () => {
  test.each([
    [
      ["__complete", "--", "get", ""],
      ["get", ""],
    ],
    [["__complete", "--"], []],
    [
      ["__complete", "--", "-o", "yaml", "--", "x"],
      ["-o", "yaml", "--", "x"],
    ],
    [["__complete", "get"], undefined],
    [["get", "__complete", "--"], undefined],
    [["--", "__complete"], undefined],
    [[], undefined],
  ])("%j is asked by a shell: %j", (argv, words) => expect(question(argv)).toEqual(words));

  test.each([[["get", "secr"]], [["de"]], [["get", "llms", "--sel"]], [["apply", "-f", ""]]])(
    "%j has the same answer from the process as from the program",
    (words) => {
      const env = { ...process.env, MCPCTL_HOME: here("nowhere") };
      const ask = (...more: string[]) =>
        String(execFileSync(process.execPath, [main, ...more, "--", ...words], { env }));
      // A global flag before it leads through the reader of command lines.
      expect(ask("__complete")).toBe(ask("-q", "__complete"));
    },
  );

  test("loads neither commander nor a reader of YAML before it answers", async () => {
    const { metafile } = await build({
      entryPoints: [here("answer.ts")],
      absWorkingDir: here("../.."),
      outdir: "out",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      write: false,
      metafile: true,
    });
    const loaded = new Set(["out/answer.js"]);
    for (const file of loaded)
      for (const { path, kind } of metafile.outputs[file]?.imports ?? [])
        if (kind === "import-statement") loaded.add(path);
    const sources = [...loaded].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {})).join("\n");
    expect(sources).toContain("completion/candidates.ts");
    expect(sources).not.toMatch(/node_modules\/(commander|yaml)\//);
  });
});
