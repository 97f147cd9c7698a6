import { toggle } from "../verb.ts";
import type { CreateHook, KindHook } from "./hook.ts";

const create: CreateHook = {
  examples: [
    "mcpctl create llm gpt --type openai --model gpt-5 --api-key-ref openai/apiKey",
    "mcpctl create llm qwen --type vllm --model qwen3 --url http://gpu.lan:8000",
  ],
  flags: {
    skipAuthCheck: toggle("--skip-auth-check", "Don't test the key at the provider."),
  },
  async prepare(_spec, given) {
    return given["skipAuthCheck"] === true ? { _skipAuthCheck: true } : undefined;
  },
};

export default { create } satisfies KindHook;
