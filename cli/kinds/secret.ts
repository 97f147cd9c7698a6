/** Where a secret's values come from: never from an argument unless it is asked for, because `ps` shows those. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Failure, usage } from "../failure.ts";
import { keyValue } from "../schema/flags.ts";
import { list, type Tools } from "../verb.ts";
import type { CreateHook, KindHook } from "./hook.ts";

const create: CreateHook = {
  examples: [
    "mcpctl create secret openai --data apiKey          # asks for the value",
    "pass show openai | mcpctl create secret openai --data apiKey=-",
    "mcpctl create secret openai --from-env apiKey=OPENAI_API_KEY",
    "mcpctl create secret tls --from-file key.pem --from-file cert=./server.pem",
  ],
  replaces: ["data"],
  flags: {
    data: list("--data <key>", "Ask for the value of this key without echo; `key=-` reads it from stdin. Repeatable."),
    fromFile: list("--from-file <key=path>", "A value from a file. Repeatable.", { words: { from: "files" } }),
    fromEnv: list("--from-env <key=VARIABLE>", "A value from the environment. Repeatable."),
    fromLiteral: list(
      "--from-literal <key=value>",
      "A value on the command line, where `ps` and the shell's history show it. Repeatable.",
    ),
  },
  async prepare(spec, given, tools) {
    const data: Record<string, string> = {};
    const put = (key: string, value: string) => {
      if (Object.hasOwn(data, key)) throw usage(`The key "${key}" appears twice.`);
      data[key] = value;
    };
    for (const word of given["fromLiteral"] as string[]) {
      tools.io.err("Warning: --from-literal can be seen in `ps` and in the shell's history; --data asks instead.\n");
      put(...keyValue(word, "--from-literal"));
    }
    for (const word of given["fromFile"] as string[]) await fromFile(word, tools, put);
    for (const word of given["fromEnv"] as string[]) {
      const [key, variable] = word.includes("=") ? keyValue(word, "--from-env") : [word, word];
      const value = tools.env[variable];
      if (value === undefined) throw usage(`The variable ${variable} is not set.`);
      put(key, value);
    }
    for (const word of given["data"] as string[]) put(...(await fromPerson(word, tools)));
    if (Object.keys(data).length > 0) spec["data"] = data;
    return undefined;
  },
};

export default { create } satisfies KindHook;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

async function fromFile(word: string, tools: Tools, put: (key: string, value: string) => void): Promise<void> {
  const [key, path] = word.includes("=") ? keyValue(word, "--from-file") : [word.split(/[\\/]/).at(-1) ?? word, word];
  try {
    put(key, utf8.decode(await readFile(resolve(tools.cwd, path))));
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    // Replaced by other characters, it would be found out only where the secret is used.
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      throw new Failure(`${path} is not text in UTF-8, and values of secrets are text.`, {
        hint: "Keep it as text that whoever uses it understands, such as base64.",
        cause,
      });
    if (code === "ENOENT") throw new Failure(`There is no file ${path}.`, { exit: 3, cause });
    throw new Failure(`${path} can't be read: ${message}`, { cause });
  }
}

async function fromPerson(word: string, tools: Tools): Promise<[string, string]> {
  if (!word.includes("=")) {
    const value = tools.io.terminal.in
      ? await tools.io.ask(`Value of ${word}: `, { hidden: true })
      : await tools.io.input();
    return [word, value.replace(/\r?\n$/, "")];
  }
  const [key, value] = keyValue(word, "--data");
  if (value === "-") return [key, (await tools.io.input()).replace(/\r?\n$/, "")];
  tools.io.err("Warning: a value on the command line can be seen in `ps`; `--data KEY` alone asks instead.\n");
  return [key, value];
}
