/** An edge with three models, behind a front that can interfere, and an engineer who may do everything. */
import { startEdge } from "../../infra/harness.ts";
import { type Front, startFront } from "./front.ts";
import { type Person, person } from "./person.ts";

export interface Catalogue {
  front: Front;
  token: string;
  engineer: Person;
  stop(): Promise<void>;
}

const models = { alpha: "fast", beta: "heavy", gamma: "fast" };

export async function startCatalogue(): Promise<Catalogue> {
  const edge = await startEdge();
  const front = await startFront(edge.url);
  const { token } = await edge.bootstrap();
  const engineer = person({ MCPCTL_EDGE: front.url, MCPCTL_TOKEN: token });
  for (const [name, tier] of Object.entries(models)) {
    const spec = ["--type", "vllm", "--model", `m-${name}`, "--url", "http://127.0.0.1:9", "--tier", tier];
    const made = await engineer.run(["create", "llm", name, ...spec, "--label", `team=${tier}`]);
    if (made.exit !== 0) throw new Error(made.err);
  }
  return {
    front,
    token,
    engineer,
    async stop() {
      engineer.leave();
      await front.stop();
      await edge.stop();
    },
  };
}
