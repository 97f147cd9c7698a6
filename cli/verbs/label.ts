import { overlay, same } from "../documents/overlay.ts";
import { Failure, usage } from "../failure.ts";
import { mustAllow, parseTargets } from "../kinds.ts";
import { manifest } from "../render/manifest.ts";
import { many, toggle, verb } from "../verb.ts";

/** Labels that others keep changing are given up after this many conflicts. */
const CONFLICTS = 5;

export default verb({
  about: "Set or remove labels.",
  examples: ["mcpctl label llm gpt team=red tier=prod", "mcpctl label llm gpt team-          # removes it"],
  args: { words: many("A kind, names, then key=value or key-.", { from: "kinds" }) },
  flags: { overwrite: toggle("--overwrite", "Also change labels that are set.") },
  async run({ words, overwrite }, tools) {
    const changes = words.filter(isChange);
    const targets = parseTargets(words.filter((w) => !isChange(w)));
    if (changes.length === 0 || targets.some((t) => t.names.length === 0))
      throw usage("Say which resource and which labels.", "mcpctl label llm gpt team=red");
    const wanted = Object.fromEntries(changes.map(parseChange));
    const api = await tools.api();
    for (const { kind, names } of targets) {
      mustAllow(kind, "edit", "labelled: they never change");
      const project = kind.scope ? await tools.project() : undefined;
      for (const name of names)
        for (let conflicts = 0; ; conflicts++) {
          const current = await api.get(kind, name, project);
          const labels = overlay(current.labels ?? {}, wanted);
          const taken = Object.entries(wanted).find(
            ([k, v]) => v !== null && current.labels?.[k] !== undefined && current.labels[k] !== v,
          );
          if (taken && !overwrite)
            throw new Failure(`${kind.name} "${name}" already has the label ${taken[0]}=${current.labels[taken[0]]}.`, {
              hint: "--overwrite changes it.",
            });
          if (same(labels, current.labels ?? {})) {
            await tools.io.out(`${kind.name}/${name} unchanged\n`);
            break;
          }
          try {
            await api.replace(
              kind,
              current.id,
              { ...manifest(kind, current), labels },
              { ifMatch: current.resourceVersion },
            );
          } catch (error) {
            if (error instanceof Failure && error.code === "lost_update" && conflicts < CONFLICTS) continue;
            throw error;
          }
          await tools.io.out(`${kind.name}/${name} labeled\n`);
          break;
        }
    }
  },
});

const isChange = (word: string) => word.includes("=") || (word.endsWith("-") && word.length > 1);

function parseChange(word: string): [string, string | null] {
  if (!word.includes("=")) return [word.slice(0, -1), null];
  const at = word.indexOf("=");
  if (at === 0) throw usage(`"${word}" is not key=value.`);
  return [word.slice(0, at), word.slice(at + 1)];
}
