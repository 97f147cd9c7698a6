/** Finds model servers on this machine by probing the usual ports. */
import { z } from "zod";

export type ServerKind = "ollama" | "lmstudio" | "vllm" | "llamacpp" | "openai";

export interface Found {
  url: string;
  kind: ServerKind;
  models: string[];
}

const usual: readonly { port: number; kind: ServerKind }[] = [
  { port: 11434, kind: "ollama" },
  { port: 1234, kind: "lmstudio" },
  { port: 8000, kind: "vllm" },
  { port: 8080, kind: "llamacpp" },
];

const TIMEOUT_MS = 500;

/** Without models, Ollama lists `null`, because Go encodes a nil slice like this. */
const modelList = z.looseObject({
  object: z.literal("list").optional(),
  data: z.array(z.looseObject({ id: z.string(), owned_by: z.string().nullish() })).nullable(),
});

/** Answers of a server that reveal its type. */
export interface Answers {
  /** `owned_by` of its models. */
  owners: readonly string[];
  server: string | null;
  /** `/api/version` answered like Ollama, `/api/v0/models` like LM Studio. */
  ollamaVersion: boolean;
  lmStudioModels: boolean;
}

/** Determines the type from the answers, not from the port. Pure. */
export function kindOf({ owners, server, ollamaVersion, lmStudioModels }: Answers): ServerKind {
  if (ollamaVersion) return "ollama";
  if (lmStudioModels || owners.includes("organization_owner")) return "lmstudio";
  if (owners.includes("vllm")) return "vllm";
  if (owners.includes("llamacpp") || /llama\.cpp/i.test(server ?? "")) return "llamacpp";
  return "openai";
}

/** @param ports instead of the usual ones */
export async function detect(
  host = "127.0.0.1",
  ports: readonly number[] = usual.map((u) => u.port),
): Promise<Found[]> {
  const found = await Promise.all(ports.map((port) => look(`http://${host}:${port}`)));
  return found.filter((f) => f !== undefined);
}

async function look(url: string): Promise<Found | undefined> {
  const answer = await get(`${url}/v1/models`);
  const listed = modelList.safeParse(answer?.body);
  if (!answer || !listed.success) return undefined;
  const models = listed.data.data ?? [];
  const [version, lmStudio] = await Promise.all([get(`${url}/api/version`), get(`${url}/api/v0/models`)]);
  const kind = kindOf({
    owners: models.flatMap((m) => m.owned_by ?? []),
    server: answer.server,
    ollamaVersion: z.looseObject({ version: z.string() }).safeParse(version?.body).success,
    lmStudioModels: z.looseObject({ data: z.array(z.unknown()) }).safeParse(lmStudio?.body).success,
  });
  return { url, kind, models: models.map((m) => m.id) };
}

/** @returns undefined unless there is a JSON answer in time */
async function get(url: string): Promise<{ body: unknown; server: string | null } | undefined> {
  try {
    const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) {
      await answer.body?.cancel();
      return undefined;
    }
    return { body: await answer.json(), server: answer.headers.get("server") };
  } catch {
    return undefined;
  }
}
