/**
 * Fields of a request by which a provider runs another model than the one that `model` names, as data: fallbacks, presets, panels of
 * models, adapters. Who may run one LLM must not reach all that its key reaches. They hold for every type of LLM: what answers at a
 * URL may be any of these gateways. Which company runs the same model (`provider` at OpenRouter) is no such choice.
 *
 * A field that is empty (null, false, or without any content) chooses nothing.
 */
export interface ModelChooser {
  /** Where it has this meaning. */
  at: string;
  /** Of a list, the elements that choose; without it, all do. */
  element?: (element: unknown) => boolean;
}

export const modelChoosers: Readonly<Record<string, ModelChooser>> = {
  // https://openrouter.ai/docs/guides/routing/model-fallbacks
  models: { at: "OpenRouter" },
  route: { at: "OpenRouter" },
  // https://openrouter.ai/docs/guides/features/presets
  preset: { at: "OpenRouter" },
  // https://openrouter.ai/docs/guides/features/plugins/fusion
  plugins: { at: "OpenRouter", element: (plugin) => !plainPlugins.has(stringOf(plugin, "id")) },
  // https://openrouter.ai/docs/guides/features/server-tools
  tools: { at: "OpenRouter", element: (tool) => runsModels(stringOf(tool, "type")) },
  // https://docs.litellm.ai/docs/proxy/client_side_fallbacks, https://docs.getbifrost.ai/features/fallbacks
  fallbacks: { at: "LiteLLM, Bifrost and OpenRouter" },
  context_window_fallbacks: { at: "LiteLLM" },
  content_policy_fallbacks: { at: "LiteLLM" },
  // https://docs.litellm.ai/docs/proxy/clientside_auth
  user_config: { at: "LiteLLM" },
  router_settings_override: { at: "LiteLLM" },
  model_list: { at: "LiteLLM" },
  custom_llm_provider: { at: "LiteLLM" },
  // Merged over the request as it goes on, `model` included.
  extra_body: { at: "LiteLLM" },
  deployment_id: { at: "LiteLLM" },
  azure: { at: "LiteLLM" },
  // https://docs.litellm.ai/docs/proxy/prompt_management
  prompt_id: { at: "LiteLLM" },
  api_base: { at: "LiteLLM" },
  base_url: { at: "LiteLLM" },
  // https://www.tensorzero.com/docs/gateway/api-reference/inference-openai-compatible
  "tensorzero::variant_name": { at: "TensorZero" },
  "tensorzero::extra_body": { at: "TensorZero" },
  "tensorzero::internal_dynamic_variant_config": { at: "TensorZero" },
  // https://docs.orq.ai/docs/ai-gateway-fallbacks
  orq: { at: "orq.ai" },
  // https://vercel.com/docs/ai-gateway/models-and-providers/model-fallbacks
  providerOptions: { at: "Vercel's AI Gateway" },
  // https://console.groq.com/docs/compound
  compound_custom: { at: "Groq" },
  // https://lmstudio.ai/docs/advanced/speculative-decoding
  draft_model: { at: "LM Studio" },
  // https://docs.sglang.ai/advanced_features/lora.html
  lora_path: { at: "SGLang" },
  // https://github.com/ggml-org/llama.cpp/tree/master/tools/server
  lora: { at: "llama.cpp" },
};

/** Plugins that leave the model alone; a new one may choose until it is known. */
const plainPlugins: ReadonlySet<string> = new Set(["web", "file-parser", "response-healing", "context-compression"]);

/** Tools that a provider runs itself without another model; the other ones ask an adviser, a panel, or a maker of images. */
const plainTools: ReadonlySet<string> = new Set([
  "openrouter:web_search",
  "openrouter:web_fetch",
  "openrouter:datetime",
  "openrouter:apply_patch",
]);

const runsModels = (type: string) => type.startsWith("openrouter:") && !plainTools.has(type);

function stringOf(value: unknown, key: string): string {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof found === "string" ? found : "";
}

/** Whether this value of that field lets a provider choose. */
export function letsChoose(name: string, value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return false;
  const { element } = modelChoosers[name] ?? {};
  if (Array.isArray(value)) return element ? value.some(element) : value.length > 0;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
