/** The kinds of provider that an LLM can name, as data. A provider that speaks OpenAI is one line here. */
import { z } from "zod";
import { fieldMeta } from "./field.ts";

export interface Provider {
  /** Wire format it speaks. */
  dialect: "openai";
  /** Base URL used when the LLM names none. */
  url?: string;
  /** Works without `apiKeyRef`. */
  keyless?: true;
}

export const providers = {
  openai: { dialect: "openai", url: "https://api.openai.com" },
  deepseek: { dialect: "openai", url: "https://api.deepseek.com" },
  openrouter: { dialect: "openai", url: "https://openrouter.ai/api" },
  mistral: { dialect: "openai", url: "https://api.mistral.ai" },
  groq: { dialect: "openai", url: "https://api.groq.com/openai" },
  together: { dialect: "openai", url: "https://api.together.xyz" },
  xai: { dialect: "openai", url: "https://api.x.ai" },
  vllm: { dialect: "openai", keyless: true },
  ollama: { dialect: "openai", url: "http://127.0.0.1:11434", keyless: true },
  llamacpp: { dialect: "openai", keyless: true },
  lmstudio: { dialect: "openai", keyless: true },
} as const satisfies Record<string, Provider>;

export type ProviderType = keyof typeof providers;

export const providerType = z.enum(Object.keys(providers) as [ProviderType, ...ProviderType[]]).register(fieldMeta, {
  refused: {
    "gemini-cli":
      "gemini-cli is not supported: it is a program that logs in as a person on one machine, not a provider that the edge could call",
  },
});
