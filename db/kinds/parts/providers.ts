/** The types of provider that an LLM can have, as data. A provider that speaks OpenAI's API is one line here, and one in docs/openai-clients.md. */
import { z } from "zod";
import { type BaseUrl, baseUrl } from "../../protocol/base-url.ts";
import { fieldMeta } from "../../schema/field.ts";

export interface Provider {
  /** Wire format it speaks. */
  dialect: "openai";
  /** Base URL used when the LLM names none, as the provider documents it. */
  url?: string;
  /** Path that follows a base URL without a version. Default: `/v1`. */
  below?: string;
  /** Base URLs that are complete without a version. */
  complete?: RegExp;
  /** Header that carries the key. Default: `Authorization: Bearer`. */
  keyHeader?: "api-key";
}

export const providers = {
  openai: { dialect: "openai", url: "https://api.openai.com/v1" },
  // learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle: each customer has a host, below it /openai/v1/.
  // Its older URLs name a deployment instead of a version, which stands in the query.
  azure: { dialect: "openai", below: "/openai/v1", complete: /^.*\/deployments\/[^/]+/, keyHeader: "api-key" },
  deepseek: { dialect: "openai", url: "https://api.deepseek.com" },
  openrouter: { dialect: "openai", url: "https://openrouter.ai/api/v1" },
  mistral: { dialect: "openai", url: "https://api.mistral.ai/v1" },
  groq: { dialect: "openai", url: "https://api.groq.com/openai/v1" },
  together: { dialect: "openai", url: "https://api.together.xyz/v1" },
  xai: { dialect: "openai", url: "https://api.x.ai/v1" },
  // ai.google.dev/gemini-api/docs/openai: Google's OpenAI-compatible API.
  "gemini-openai": { dialect: "openai", url: "https://generativelanguage.googleapis.com/v1beta/openai" },
  // docs.perplexity.ai: its paths have no version.
  perplexity: { dialect: "openai", url: "https://api.perplexity.ai", below: "" },
  zhipu: { dialect: "openai", url: "https://open.bigmodel.cn/api/paas/v4" },
  zai: { dialect: "openai", url: "https://api.z.ai/api/paas/v4" },
  // Keys of the Chinese region work only at dashscope.aliyuncs.com: such an LLM sets `url`.
  qwen: { dialect: "openai", url: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1" },
  moonshot: { dialect: "openai", url: "https://api.moonshot.ai/v1" },
  fireworks: { dialect: "openai", url: "https://api.fireworks.ai/inference/v1" },
  cerebras: { dialect: "openai", url: "https://api.cerebras.ai/v1" },
  sambanova: { dialect: "openai", url: "https://api.sambanova.ai/v1" },
  nvidia: { dialect: "openai", url: "https://integrate.api.nvidia.com/v1" },
  huggingface: { dialect: "openai", url: "https://router.huggingface.co/v1" },
  // docs.cohere.com/docs/compatibility-api
  cohere: { dialect: "openai", url: "https://api.cohere.ai/compatibility/v1" },
  vllm: { dialect: "openai" },
  ollama: { dialect: "openai", url: "http://127.0.0.1:11434" },
  llamacpp: { dialect: "openai" },
  lmstudio: { dialect: "openai" },
} as const satisfies Record<string, Provider>;

export type ProviderType = keyof typeof providers;

/**
 * Base URL of an LLM's endpoints.
 * @param url the LLM's own, if it has one; otherwise the provider's default.
 * @returns undefined if there is neither.
 * @throws TypeError if it is not a URL.
 */
export function baseUrlOf(type: ProviderType, url?: string): BaseUrl | undefined {
  const provider: Provider = providers[type];
  const chosen = url ?? provider.url;
  return chosen === undefined ? undefined : baseUrl(chosen, provider);
}

/** Name and value of the header that carries the key. */
export function keyHeader(type: ProviderType, key: string): [name: string, value: string] {
  const { keyHeader }: Provider = providers[type];
  return keyHeader === undefined ? ["authorization", `Bearer ${key}`] : [keyHeader, key];
}

export const providerType = z.enum(Object.keys(providers) as [ProviderType, ...ProviderType[]]).register(fieldMeta, {
  refused: {
    "gemini-cli":
      "gemini-cli is not supported: it is a program with a personal login on one machine, not an API that the edge can call; use gemini-openai",
  },
});
