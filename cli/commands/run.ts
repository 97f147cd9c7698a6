/** One completion, for scripts and for trying a model out. Streams as it comes; the answer alone on stdout. */
import { createParser } from "eventsource-parser";
import { readRefusal } from "#db/client/refusal";
import { Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { paint } from "../render/colour.ts";
import { one, optional, type Tools, text, toggle, verb } from "../verb.ts";

/** A model may think for this long before its first word. */
const TIMEOUT_MS = 600_000;

export default verb({
  about: "Send one prompt to a model.",
  examples: [
    'mcpctl run gpt "Why is the sky blue?"',
    'git diff | mcpctl run gpt "Write a commit message for this:" -i',
    "mcpctl run gpt < question.txt",
  ],
  args: {
    model: one("Name of an LLM.", { from: "names", kind: "llm" }),
    prompt: optional("The prompt. Without it, mcpctl reads the prompt from standard input."),
  },
  flags: {
    stdin: toggle("-i, --stdin", "Append standard input to the prompt."),
    system: text("--system <text>", "System prompt."),
    maxTokens: text("--max-tokens <number>", "Maximum length of the answer, in tokens."),
    temperature: text("--temperature <number>", "Randomness of the answer; 0 is most deterministic."),
    noStream: toggle("--no-stream", "Print the whole answer at once."),
  },
  async run(given, tools) {
    const { io, globals } = tools;
    const json = globals.output === "json";
    if (globals.output !== undefined && !json)
      throw usage(`run has no output format "${globals.output}".`, "Supported: json.");
    // A program that starts this one may leave stdin open for ever, so it is read only where somebody means it.
    const wanted = given.stdin || (given.prompt === undefined && !io.terminal.in);
    const piped = wanted ? await io.input() : "";
    const question = [given.prompt, piped.trim() === "" ? undefined : piped].filter(Boolean).join("\n\n");
    if (question === "") throw usage("There is no prompt.", `mcpctl run ${given.model} "…", or use stdin.`);
    const stream = !given.noStream && !json;
    const body = {
      model: given.model,
      messages: [
        ...(given.system === undefined ? [] : [{ role: "system", content: given.system }]),
        { role: "user", content: question },
      ],
      ...numberField("max_tokens", "--max-tokens", given.maxTokens),
      ...numberField("temperature", "--temperature", given.temperature),
      stream,
    };
    const api = await tools.api();
    const ask = { body, timeout: TIMEOUT_MS, headers: { accept: stream ? "text/event-stream" : "application/json" } };
    if (!stream) {
      const answer = await api.call("POST", "/v1/chat/completions", ask);
      if (json) return io.out(`${JSON.stringify(answer, null, 2)}\n`);
      return io.out(`${contentOf(answer, "message").content}\n`);
    }
    await relay(await api.open("POST", "/v1/chat/completions", ask), tools);
  },
});

function numberField(field: string, flag: string, typed: string | undefined): Record<string, number> {
  if (typed === undefined) return {};
  const value = Number(typed);
  if (typed.trim() === "" || !Number.isFinite(value)) throw usage(`${flag} ${typed} is not a number.`);
  return { [field]: value };
}

interface Piece {
  content: string;
  reasoning: string;
}

function contentOf(answer: Readonly<Record<string, unknown>>, part: "message" | "delta"): Piece {
  const [choice] = Array.isArray(answer["choices"]) ? answer["choices"] : [];
  const piece = ((choice as Record<string, unknown> | undefined)?.[part] ?? {}) as Record<string, unknown>;
  const words = (key: string) => (typeof piece[key] === "string" ? piece[key] : "");
  return { content: words("content"), reasoning: words("reasoning_content") || words("reasoning") };
}

/** @throws Failure for an error event, and for a stream that ends before it is finished. */
async function relay(answer: Response, { io, signal }: Tools): Promise<void> {
  let finished = false;
  let failure: Failure | undefined;
  let out = "";
  let thinking = "";
  let last = "";
  const parser = createParser({
    onEvent({ data, event }) {
      if (data === "[DONE]") {
        finished = true;
        return;
      }
      const value = parse(data);
      if (event === "error" || "error" in value) {
        const { message, code } = readRefusal(data);
        failure ??= new Failure(message ?? "The answer of the model was interrupted.", code ? { code } : {});
        return;
      }
      const { content, reasoning } = contentOf(value, "delta");
      out += content;
      thinking += reasoning;
    },
  });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body ?? []) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (thinking !== "") {
        if (io.terminal.err) io.err(paint(printable(thinking), "dim", io.colour.err));
        thinking = "";
      }
      if (out !== "") {
        last = out;
        out = "";
        await io.out(io.terminal.out ? printable(last) : last);
      }
      if (failure) break;
    }
  } catch (cause) {
    if (!signal.aborted) failure ??= new Failure("The connection to the edge was lost.", { exit: 5, cause });
  }
  if (last !== "" && !last.endsWith("\n")) await io.out("\n");
  if (signal.aborted) throw new Failure("Cancelled.");
  if (failure) throw failure;
  if (!finished) throw new Failure("The answer is incomplete.", { hint: "The received part is above." });
}

function parse(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
