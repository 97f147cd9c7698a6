/** The answers of the demo model, in OpenAI's format. Pure. */
import { z } from "zod";

export const DEMO_MODEL = "demo";

const part = z.looseObject({ type: z.string(), text: z.string().optional() });

export const completionRequest = z.looseObject({
  model: z.string(),
  messages: z
    .array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(part), z.null()]).optional() }))
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
});

export type CompletionRequest = z.infer<typeof completionRequest>;

export interface Answer {
  words: readonly string[];
  finishReason: "stop" | "length";
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

/** A word is a token here. */
export function answerTo(request: CompletionRequest): Answer {
  const question = textOf(request.messages.findLast((message) => message.role === "user")?.content);
  const quoted = question.length > 200 ? `${question.slice(0, 200)}…` : question;
  const text = [
    "This is the demo model, which `npm start` runs if it finds no model server: it is not a real model, and always gives the same answer.",
    quoted ? `You said: “${quoted}”.` : "You said nothing.",
    "Start Ollama, llama.cpp or LM Studio and run `npm start` again to use a real model.",
  ].join(" ");
  const all = text.split(/(?<= )/);
  const limit = request.max_completion_tokens ?? request.max_tokens ?? all.length;
  const words = all.slice(0, limit);
  const prompt = request.messages.reduce(
    (sum, { content }) => sum + textOf(content).split(/\s+/).filter(Boolean).length,
    0,
  );
  return {
    words,
    finishReason: words.length < all.length ? "length" : "stop",
    usage: { prompt_tokens: prompt, completion_tokens: words.length, total_tokens: prompt + words.length },
  };
}

function textOf(content: CompletionRequest["messages"][number]["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((p) => p.text ?? "").join(" ");
}

interface Identity {
  id: string;
  /** Seconds since the epoch. */
  created: number;
}

export function completion({ id, created }: Identity, { words, finishReason, usage }: Answer): object {
  const message = { role: "assistant", content: words.join("").trimEnd(), refusal: null };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason };
  return { id, object: "chat.completion", created, model: DEMO_MODEL, choices: [choice], usage };
}

/** Chunks in order: the role, each word, the reason for the end, and the usage where it was asked for. */
export function chunks(
  { id, created }: Identity,
  { words, finishReason, usage }: Answer,
  withUsage: boolean,
): object[] {
  const chunk = (choices: object[], extra: object = {}) => ({
    id,
    object: "chat.completion.chunk",
    created,
    model: DEMO_MODEL,
    choices,
    ...(withUsage ? { usage: null } : {}),
    ...extra,
  });
  const delta = (content: object, reason: string | null = null) =>
    chunk([{ index: 0, delta: content, logprobs: null, finish_reason: reason }]);
  return [
    delta({ role: "assistant", content: "" }),
    ...words.map((word, i) => delta({ content: i === words.length - 1 ? word.trimEnd() : word })),
    delta({}, finishReason),
    ...(withUsage ? [chunk([], { usage })] : []),
  ];
}

export function failure(message: string, code: string | null = null): object {
  return { error: { message, type: "invalid_request_error", param: null, code } };
}
