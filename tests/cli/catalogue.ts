/** A desk at an edge with three models. */
import { type Desk, startDesk } from "./desk.ts";

export type Catalogue = Desk;

const models = { alpha: "fast", beta: "heavy", gamma: "fast" };

export async function startCatalogue(): Promise<Catalogue> {
  const desk = await startDesk();
  for (const [name, tier] of Object.entries(models)) {
    const spec = ["--type", "vllm", "--model", `m-${name}`, "--url", "http://127.0.0.1:9", "--tier", tier];
    const made = await desk.engineer.run(["create", "llm", name, ...spec, "--label", `team=${tier}`]);
    if (made.exit !== 0) throw new Error(made.err);
  }
  return desk;
}
