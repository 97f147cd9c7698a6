/** `config.yaml`: the models to publish. An unknown key is an error that names its line. */
import { type Document, isMap, isSeq, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { providerType } from "#db/kinds/parts/providers";
import { dnsLabel, httpUrl } from "#db/schema/field";
import { Failure } from "./failure.ts";

const published = z.strictObject({
  url: httpUrl.describe("Base URL of the model server. /v1 is appended unless the path contains a version (/v1)."),
  model: z.string().min(1).max(256).describe("The model server's own name for the model."),
  name: dnsLabel.optional().describe("Name at the edge. Default: made from the name of the model."),
  slots: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe("Maximum number of concurrent requests to this model. Default: 1."),
  type: providerType.optional().describe("Provider type of the model server. Default: openai."),
  tier: z.enum(["fast", "heavy"]).optional(),
  description: z.string().max(1024).optional(),
  contextWindow: z.int().positive().optional(),
  providerMayChoose: z
    .boolean()
    .optional()
    .describe("Allows callers to send fields that make the server run another model. Default: false."),
});
export type PublishedEntry = z.infer<typeof published>;

export const configFile = z.strictObject({
  edge: httpUrl.optional().describe("The edge to publish to. MCPCTL_EDGE and --edge override it."),
  token: z.string().min(1).optional().describe("Bearer token for the edge. MCPCTL_TOKEN and --token override it."),
  log: z.enum(["text", "json"]).optional().describe("Format of the log. MCPLOCAL_LOG and --log override it."),
  totalSlots: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe("Maximum number of concurrent requests to all models together. Default: the sum of their slots."),
  publish: z.array(published).optional().describe("Models to publish. --model and --url replace them."),
});
export type Config = z.infer<typeof configFile>;

/** @throws Failure 2 with the file, the line, the fault and the expected value. */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) throw new Failure(2, `${file}:${broken.linePos?.[0].line ?? 1}: ${wordsOf(broken)}`);
  const result = configFile.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") {
      const at = lineOf(document, issue.path, lines);
      return `${file}:${at}: ${z.core.toDotPath(issue.path) || "the file"}: ${issue.message}`;
    }
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${file}:${lineOf(document, path, lines)}: unknown key ${z.core.toDotPath(path)}; known here: ${knownAt(issue.path)}`;
    });
  });
  throw new Failure(2, faults.join("\n"));
}

/** Rewords messages that the library writes for programmers, and removes the line, which is shown already. */
function wordsOf({ code, message }: { code: string; message: string }): string {
  if (code === "MULTIPLE_DOCS") return "it must contain a single document, without `---`";
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}

/** Line of the key or, if it is missing, of its parent. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((p) => String(p.key) === String(step));
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return lines.linePos(offset).line || 1;
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return undefined;
  const [start] = node.range as unknown[];
  return typeof start === "number" ? start : undefined;
}

const knownAt = (path: readonly PropertyKey[]) =>
  Object.keys(path[0] === "publish" ? published.shape : configFile.shape).join(", ");
