/** The default name of a model at the edge: a DNS label made from the model's own name. */

/** `llama3:8b` → `llama3-8b`; `Qwen/Qwen3-4B-GGUF` → `qwen3-4b-gguf`. Undefined if nothing is left. */
export function labelOf(model: string): string | undefined {
  const base = model.split(/[/\\]/).at(-1) ?? model;
  const label = base
    .toLowerCase()
    .replace(/\.gguf$/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  return label === "" ? undefined : label;
}
