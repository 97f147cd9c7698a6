import { describe, expect, test } from "vitest";
import { providers } from "../kinds/parts/providers.ts";
import { baseUrl, faultOfBaseUrl, urlOf } from "./base-url.ts";

const chatAt = (url: string, rule = {}) => urlOf(baseUrl(url, rule), "/v1/chat/completions");

describe("where a chat goes", () => {
  test.each([
    // Without a path: the usual one.
    ["https://api.openai.com", "https://api.openai.com/v1/chat/completions"],
    ["https://HOST.example:443/", "https://host.example/v1/chat/completions"],
    ["http://[2606:4700::1]:8080//", "http://[2606:4700::1]:8080/v1/chat/completions"],
    // With a version: complete.
    ["https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"],
    ["https://api.openai.com//v1///", "https://api.openai.com/v1/chat/completions"],
    ["https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/chat/completions"],
    ["https://host.example/v1/v1", "https://host.example/v1/v1/chat/completions"],
    ["https://open.bigmodel.cn/api/paas/v4/", "https://open.bigmodel.cn/api/paas/v4/chat/completions"],
    ["https://g.example/v1beta/openai/", "https://g.example/v1beta/openai/chat/completions"],
    ["https://g.example/v1beta", "https://g.example/v1beta/chat/completions"],
    ["https://g.example/v1beta1/x", "https://g.example/v1beta1/x/chat/completions"],
    ["https://q.example/compatible-mode/v1", "https://q.example/compatible-mode/v1/chat/completions"],
    ["https://a.example/openai/v1/", "https://a.example/openai/v1/chat/completions"],
    ["https://gw.example/v1/acc/gate/compat", "https://gw.example/v1/acc/gate/compat/chat/completions"],
    ["https://h.example/api/v1.1", "https://h.example/api/v1.1/chat/completions"],
    // Another path: a prefix.
    ["https://host.example/litellm", "https://host.example/litellm/v1/chat/completions"],
    ["https://host.example/xv1/", "https://host.example/xv1/v1/chat/completions"],
    ["https://host.example/vv/v", "https://host.example/vv/v/v1/chat/completions"],
    ["https://host.example/models", "https://host.example/models/v1/chat/completions"],
    // The whole endpoint: people copy it from a provider's page.
    ["https://openrouter.ai/api/v1/chat/completions", "https://openrouter.ai/api/v1/chat/completions"],
    ["https://h.example/v1/chat/completions/", "https://h.example/v1/chat/completions"],
    ["https://h.example/v1/models", "https://h.example/v1/chat/completions"],
    ["https://h.example/v1/embeddings", "https://h.example/v1/chat/completions"],
    ["https://h.example/api/paas/v4/chat/completions", "https://h.example/api/paas/v4/chat/completions"],
    ["https://h.example/chat/completions", "https://h.example/chat/completions"],
    ["https://h.example/serving-endpoints/chat/completions", "https://h.example/serving-endpoints/chat/completions"],
    // A query stays, behind the endpoint.
    ["https://h.example?a=b", "https://h.example/v1/chat/completions?a=b"],
    [
      "https://a.example/openai/deployments/d/chat/completions?api-version=2024-10-21",
      "https://a.example/openai/deployments/d/chat/completions?api-version=2024-10-21",
    ],
    [
      "https://a.example/openai/v1/?api-version=preview",
      "https://a.example/openai/v1/chat/completions?api-version=preview",
    ],
    // A fragment is never sent (RFC 9110, 7.1).
    ["https://h.example/v1#top", "https://h.example/v1/chat/completions"],
  ])("%s → %s", (given, expected) => {
    expect(chatAt(given)).toBe(expected);
  });

  test("is where the provider's own documentation says, for each provider that has a URL", () => {
    const documented: Record<string, string> = {
      openai: "https://api.openai.com/v1/chat/completions",
      deepseek: "https://api.deepseek.com/v1/chat/completions",
      groq: "https://api.groq.com/openai/v1/chat/completions",
      perplexity: "https://api.perplexity.ai/chat/completions",
      zhipu: "https://open.bigmodel.cn/api/paas/v4/chat/completions",
      "gemini-openai": "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
      qwen: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions",
      fireworks: "https://api.fireworks.ai/inference/v1/chat/completions",
      cohere: "https://api.cohere.ai/compatibility/v1/chat/completions",
      huggingface: "https://router.huggingface.co/v1/chat/completions",
      ollama: "http://127.0.0.1:11434/v1/chat/completions",
    };
    const own = Object.fromEntries(
      Object.entries(providers).flatMap(([name, p]) => ("url" in p ? [[name, chatAt(p.url, p)]] : [])),
    );
    expect(own).toMatchObject(documented);
  });

  test("is below the provider's own path where only its host is given", () => {
    expect(chatAt("https://api.groq.com", providers.groq)).toBe("https://api.groq.com/openai/v1/chat/completions");
    expect(chatAt("https://openrouter.ai/", providers.openrouter)).toBe(
      "https://openrouter.ai/api/v1/chat/completions",
    );
    expect(chatAt("https://groq.proxy.example", providers.groq)).toBe("https://groq.proxy.example/v1/chat/completions");
    expect(chatAt("https://proxy.example/pplx", providers.perplexity)).toBe(
      "https://proxy.example/pplx/chat/completions",
    );
    expect(chatAt("https://api.perplexity.ai/v1", providers.perplexity)).toBe(
      "https://api.perplexity.ai/v1/chat/completions",
    );
    expect(chatAt("https://me.openai.azure.com?api-version=preview", providers.azure)).toBe(
      "https://me.openai.azure.com/openai/v1/chat/completions?api-version=preview",
    );
  });

  test.each([
    ["https://me.openai.azure.com/openai", "/openai/v1/chat/completions"],
    ["https://me.openai.azure.com/openai/", "/openai/v1/chat/completions"],
    ["https://me.openai.azure.com/openai/v1/", "/openai/v1/chat/completions"],
    ["https://gw.example/azure", "/azure/openai/v1/chat/completions"],
    ["https://gw.example/myopenai", "/myopenai/openai/v1/chat/completions"],
    [
      "https://me.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
      "/openai/deployments/d/chat/completions",
    ],
    ["https://gw.example/v1/openai/deployments/d/?api-version=1", "/v1/openai/deployments/d/chat/completions"],
    ["https://h.example/openai/deployments/d/embeddings?api-version=1", "/openai/deployments/d/chat/completions"],
    ["https://h.example/openai/deployments/d/chat/completions", "/openai/deployments/d/chat/completions"],
    ["https://h.example/openai/deployments", "/openai/deployments/openai/v1/chat/completions"],
  ])("Azure's older and shorter forms: %s → …%s", (given, path) => {
    expect(new URL(chatAt(given, providers.azure)).pathname).toBe(path);
  });

  test("other endpoints stand beside it", () => {
    expect(urlOf(baseUrl("https://h.example/api/paas/v4?x=1"), "/v1/models")).toBe(
      "https://h.example/api/paas/v4/models?x=1",
    );
  });
});

describe("what can't be a base URL", () => {
  test.each([
    ["https://h.example/v1#key", /fragment/],
    ["https://h.example/v1#", /fragment/],
    ["https://h.example/v1?key=abc", /`key`/],
    ["https://h.example/v1?api-version=1&API_KEY=abc", /`API_KEY`/],
    ["https://h.example/v1?access_token=abc", /`access_token`/],
    ["https://h.example/v1?subscription-key=abc", /`subscription-key`/],
    ["https://h.example/v1?sig=abc", /`sig`/],
    ["https://h.example/v1?client_secret=abc", /`client_secret`/],
  ])("%s", (url, why) => {
    const fault = faultOfBaseUrl(url);
    expect(fault).toMatch(why);
    expect(fault).not.toContain("abc");
  });

  test.each([
    "https://h.example",
    "https://h.example/v1?api-version=1&region=eu&keyboard=us",
    "https://h.example/v1beta",
  ])("%s can be one", (url) => {
    expect(faultOfBaseUrl(url)).toBeUndefined();
  });
});
