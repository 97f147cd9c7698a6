/** `mcplocal detect`: lists the model servers on this machine, and how to publish their models. */
import { type Found, detect as look } from "../detect.ts";
import { Failure } from "../failure.ts";
import type { Shell } from "../shell.ts";

export interface DetectFlags {
  output: string;
  port?: number[];
}

export async function detect({ output, port }: DetectFlags, shell: Shell): Promise<void> {
  if (output !== "table" && output !== "json") throw new Failure(2, `-o must be table or json, not ${output}.`);
  const found = await look("127.0.0.1", port);
  if (output === "json") shell.out(`${JSON.stringify(found, null, 2)}\n`);
  else shell.out(table(found));
}

function table(found: readonly Found[]): string {
  if (found.length === 0)
    return "No model server answers on the usual ports (Ollama 11434, LM Studio 1234, vLLM 8000, llama.cpp 8080).\nIf your server listens on another port: mcplocal publish --url http://127.0.0.1:PORT --model NAME\n";
  const rows = found.flatMap((f) => (f.models.length > 0 ? f.models : ["-"]).map((model) => [f.kind, f.url, model]));
  const all = [["KIND", "URL", "MODEL"], ...rows];
  const widths = [0, 1].map((i) => Math.max(...all.map((r) => r[i]?.length ?? 0)));
  const lines = all.map((r) =>
    r
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("   ")
      .trimEnd(),
  );
  const example = found.find((f) => f.models.length > 0);
  const next = example ? `\nPublish a model: mcplocal publish --url ${example.url} --model ${example.models[0]}\n` : "";
  return `${lines.join("\n")}\n${next}`;
}
