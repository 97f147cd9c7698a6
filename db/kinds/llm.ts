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
  about: "A model: at a provider, or published from a GPU at home.",
  spec: z.strictObject({
    type: providerType.describe("The provider. It determines the API and the default URL."),
    model: z.string().min(1).max(256).describe("The provider's own name for the model."),
    url: httpUrl
      .optional()
      .describe(
        "Base URL of the server. The edge appends /v1 unless the path contains a version (/v1, /api/paas/v4). Default: the provider's URL.",
      ),
    tier: z
      .enum(["fast", "heavy"])
      .default("fast")
      .describe("For which of its own tasks the system may use the model."),
    apiKeyRef: secretKeyRef
      .optional()
      .describe("The API key, as a key of a secret. The edge sends it only to the provider."),
    providerMayChoose: z
      .boolean()
      .optional()
      .describe(
        "Allows callers to send fields that make the provider run another of its models, such as `models`, `fallbacks` and `preset`.",
      ),
    contextWindow: z
      .int()
      .positive()
      .optional()
      .describe("Maximum number of tokens in one request; clients can read it."),
    cluster: ref("cluster")
      .register(fieldMeta, { ref: "cluster", dormant: "this version can't reach an LLM through a cluster" })
      .optional()
      .describe("Send requests from inside this cluster, so that the URL can be private."),
    timeouts: z
      .strictObject({
        firstByte: milliseconds.default(300_000).describe("Maximum time in milliseconds until the answer begins."),
        idle: milliseconds.default(120_000).describe("Maximum pause in milliseconds within an answer."),
        total: milliseconds
          .optional()
          .describe("Maximum time in milliseconds until the answer is complete. Default: no limit."),
      })
      .prefault({})
      .describe("Time limits for an answer of the provider."),
    retries: z
      .strictObject({
        attempts: z
          .int()
          .min(0)
          .max(10)
          .default(2)
          .describe("Maximum number of retries. A request is retried only before the first byte of its answer."),
        backoff: milliseconds
          .default(500)
          .describe("Milliseconds before the first retry. The delay grows with every retry."),
      })
      .register(fieldMeta, { dormant: "this version never retries a request" })
      .optional()
      .describe("Retries when the provider is overloaded or fails."),
    fallbacks: z
      .array(ref("llm"))
      .max(20)
      .register(fieldMeta, { dormant: "this version has no fallbacks" })
      .optional()
      .describe("LLMs to use instead if this one fails, in this order. Callers also need `run` on these."),
    pricing: z
      .strictObject({
        inputPerMillion: price.describe("Price of a million input tokens."),
        outputPerMillion: price.describe("Price of a million output tokens."),
        cachedInputPerMillion: price
          .optional()
          .describe("Price of a million input tokens that the provider has cached."),
      })
      .register(fieldMeta, { dormant: "this version does not count costs" })
      .optional()
      .describe("Prices, in a currency of your choice."),
    limits: limits.optional().describe("Limits for all its callers together."),
    pool: z
      .strictObject({
        name: dnsLabel.describe("Name of the pool. Callers use it as the model."),
        weight: z.int().min(1).max(1000).default(1).describe("Relative share of the requests."),
        strategy: z
          .enum(["weighted", "least-busy", "latency"])
          .default("least-busy")
          .describe("How the next member is chosen."),
      })
      .register(fieldMeta, { dormant: "this version has no pools" })
      .optional()
      .describe("A pool of LLMs that share the requests for one name."),
    description,
  }),
  status: presence,
  selectedBy: ["type", "status.state"],
  columns: { TYPE: "type", MODEL: "model", TIER: "tier", LIFECYCLE: "status.lifecycle", STATE: "status.state" },
  wide: { URL: "url", KEY: "apiKeyRef.name", PUBLISHER: "status.publisher" },
});
