/**
 * Fields of a request that make a provider run another model than the one that `model` names, as data: fallbacks, presets, panels of
 * models, adapters. The right to run one LLM must not give access to every model of its key. The list applies to every type of LLM,
 * because any of these gateways may answer at a URL. `provider` of OpenRouter is not in the list: it selects the company that runs the
 * same model.
 *
 * A field that is empty (null, false, or without any content) has no effect.
 */
export interface ModelChooser {
  /** Products in which the field has this meaning. */
  at: string;
  /** For a list: whether an element selects a model. Default: every element does. */
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

/** Plugins that do not change the model. An unknown plugin counts as one that does. */
const plainPlugins: ReadonlySet<string> = new Set(["web", "file-parser", "response-healing", "context-compression"]);

/** Tools that the provider runs without another model. The others ask an adviser, a panel, or an image model. */
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

/** Whether this value of the field makes a provider run another model. */
export function letsChoose(name: string, value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return false;
  const { element } = modelChoosers[name] ?? {};
  if (Array.isArray(value)) return element ? value.some(element) : value.length > 0;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
