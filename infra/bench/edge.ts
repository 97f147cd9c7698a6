/** mcpctl itself as a target: the built Worker in plain workerd, a store, a real token, real LLMs with a real key. */
import { apiOf } from "../../tests/harness/api-client.ts";
import { startEdge, type TestEdge } from "../../tests/harness/edge.ts";
import { models } from "./scenarios.ts";
import type { Target } from "./targets.ts";

export interface EdgeTarget extends Target {
  edge: TestEdge;
  /** May do everything: for the command line's row. */
  adminToken: string;
}

export async function startMcpctl(provider: string): Promise<EdgeTarget> {
  const edge = await startEdge({ embedded: true });
  const { token: adminToken } = await edge.bootstrap();
  const api = apiOf(edge.url, adminToken);
  await api.create("secrets", { name: "bench", data: { key: "the-provider-s-key" } });
  for (const model of models)
    await api.create("llms", {
      name: model,
      type: "openai",
      model,
      url: provider,
      apiKeyRef: { name: "bench", key: "key" },
    });
  const created = await api.create("mcptokens", { name: "bench", bindings: [{ role: "run", resource: "llms" }] });
  return {
    name: "mcpctl",
    url: edge.url,
    headers: { authorization: `Bearer ${String(created["token"])}` },
    pid: edge.pid(),
    edge,
    adminToken,
    stop: () => edge.stop(),
  };
}
