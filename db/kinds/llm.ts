import { z } from "zod";
import { description, dnsLabel, fieldMeta, httpUrl, ref, secretKeyRef } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { limits } from "./parts/limits.ts";
import { presence } from "./parts/presence.ts";
import { providerType } from "./parts/providers.ts";

const price = z.number().min(0).max(1e9);
const milliseconds = z.int().min(100).max(3_600_000);

export const llm = kind({
  name: "llm",
  plural: "llms",
  about: "A model that can be asked: at a provider, or published from somebody's GPU.",
  spec: z.strictObject({
    type: providerType.describe("How the provider speaks; also gives the default URL."),
    model: z.string().min(1).max(256).describe("The provider's own name for the model."),
    url: httpUrl
      .optional()
      .describe(
        "Base URL of the server. Unless its path holds a version (/v1, /api/paas/v4), /v1 follows. Default: the provider's.",
      ),
    tier: z.enum(["fast", "heavy"]).default("fast").describe("What the system may use it for by itself."),
    apiKeyRef: secretKeyRef.optional().describe("The provider's key. It never leaves the edge."),
    providerMayChoose: z
      .boolean()
      .optional()
      .describe(
        "Callers may have the provider run other models that it has: `models`, `fallbacks`, `preset` and the like.",
      ),
    contextWindow: z.int().positive().optional().describe("Tokens that fit into one request, shown to clients."),
    cluster: ref("cluster")
      .register(fieldMeta, { ref: "cluster", dormant: "calling through a cluster is not possible in this version" })
      .optional()
      .describe("Call it from inside this cluster, where it may have a private address."),
    timeouts: z
      .strictObject({
        firstByte: milliseconds.default(300_000).describe("Milliseconds until the provider's answer must begin."),
        idle: milliseconds.default(120_000).describe("Milliseconds that it may be silent once it has begun."),
        total: milliseconds.optional().describe("Milliseconds until it must be complete. Default: no limit."),
      })
      .prefault({})
      .describe("How long the edge waits for the provider."),
    retries: z
      .strictObject({
        attempts: z.int().min(0).max(10).default(2).describe("Tries after the first, before the first byte only."),
        backoff: milliseconds.default(500).describe("Milliseconds before the first of them; then ever longer."),
      })
      .register(fieldMeta, { dormant: "nothing is tried again in this version" })
      .optional()
      .describe("What happens when the provider is busy or fails."),
    fallbacks: z
      .array(ref("llm"))
      .max(20)
      .register(fieldMeta, { dormant: "nothing falls back in this version" })
      .optional()
      .describe("LLMs that are asked instead, in this order. Callers need `run` on them too."),
    pricing: z
      .strictObject({
        inputPerMillion: price.describe("For a million tokens in."),
        outputPerMillion: price.describe("For a million tokens out."),
        cachedInputPerMillion: price.optional().describe("For a million tokens in that the provider had cached."),
      })
      .register(fieldMeta, { dormant: "costs are not counted in this version" })
      .optional()
      .describe("What it costs, in whichever currency you count."),
    limits: limits.optional().describe("What all its callers may use together."),
    pool: z
      .strictObject({
        name: dnsLabel.describe("What callers ask for: one name for all its members."),
        weight: z.int().min(1).max(1000).default(1).describe("Share of the requests."),
        strategy: z.enum(["weighted", "least-busy", "latency"]).default("least-busy").describe("Who is asked next."),
      })
      .register(fieldMeta, { dormant: "pools are not asked in this version" })
      .optional()
      .describe("A name that it shares with others."),
    description,
  }),
  status: presence,
  selectedBy: ["type", "status.state"],
  columns: { TYPE: "type", MODEL: "model", TIER: "tier", LIFECYCLE: "status.lifecycle", STATE: "status.state" },
  wide: { URL: "url", KEY: "apiKeyRef.name", PUBLISHER: "status.publisher" },
});
