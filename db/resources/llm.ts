import { z } from "zod";
import { description, httpUrl, ref, secretKeyRef } from "./field.ts";
import { kind } from "./kind.ts";
import { providerType } from "./providers.ts";

const milliseconds = z.int().min(100).max(3_600_000);

export const llm = kind({
  name: "llm",
  plural: "llms",
  about: "A model that can be asked: at a provider, or published from somebody's GPU.",
  spec: z.strictObject({
    type: providerType.describe("How the provider speaks; also gives the default URL."),
    model: z.string().min(1).max(256).describe("The provider's own name for the model."),
    url: httpUrl.optional().describe("Base URL, with or without a trailing /v1. Default: the provider's."),
    tier: z.enum(["fast", "heavy"]).default("fast").describe("What the system may use it for by itself."),
    apiKeyRef: secretKeyRef.optional().describe("The provider's key. It never leaves the edge."),
    contextWindow: z.int().positive().optional().describe("Tokens that fit into one request, shown to clients."),
    timeouts: z
      .strictObject({
        firstByte: milliseconds.default(300_000).describe("Milliseconds until the provider's answer must begin."),
        idle: milliseconds.default(120_000).describe("Milliseconds that a stream may be silent."),
      })
      .prefault({})
      .describe("How long the edge waits for the provider."),
    description,
  }),
  status: z.strictObject({
    lifecycle: z.enum(["public", "virtual"]).describe("`virtual` ones live and sleep with their publisher."),
    state: z.enum(["active", "inactive", "hibernating"]),
    publisher: ref("publisher").optional().describe("Session that publishes it."),
    since: z.iso.datetime().optional().describe("When `state` last changed."),
  }),
  columns: { TYPE: "type", MODEL: "model", TIER: "tier", LIFECYCLE: "status.lifecycle", STATE: "status.state" },
  wide: { URL: "url", KEY: "apiKeyRef.name", PUBLISHER: "status.publisher" },
});
