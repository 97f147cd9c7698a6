/** What `npm start` prints when all is ready. Pure. */
export interface Ready {
  edge: string;
  adminToken: string;
  /** Names of LLMs that the local agent publishes. */
  published: readonly string[];
  /** The published one is the demonstration. */
  demo: boolean;
  dataDir: string;
  seconds: number;
  /** Nothing was kept from before. */
  cold: boolean;
  detached: boolean;
  /** The command line's context `dev` is the one in use. */
  isCurrent: boolean;
  /** What ends it where it was left running. */
  stop: string;
}

export function readyWords(ready: Ready): string {
  const { edge, adminToken, published, demo, dataDir, seconds, cold, detached, isCurrent, stop } = ready;
  const mcpctl = isCurrent ? "npx mcpctl" : "npx mcpctl --context dev";
  const model = published[0];
  const what = published.length === 0 ? "nothing yet" : published.join(", ");
  return `
mcpctl is ready after ${seconds.toFixed(1)} s (${cold ? "first start" : "with what was kept"}).

  Edge         ${edge}
  Admin token  ${adminToken}
  Published    ${what}${demo && model !== undefined ? " (a demonstration: no Ollama, llama.cpp, vLLM or LM Studio was found running here)" : ""}
  Kept in      ${dataDir}

Try next:

  ${mcpctl} get llms
  ${model === undefined ? "npx mcplocal detect" : `${mcpctl} run ${model} "Say hello."`}
  ${model === undefined ? `${mcpctl} whoami` : curl(edge, adminToken, model)}

${detached ? `It runs on behind. \`${stop}\` ends it.` : "Ctrl-C stops everything; what is kept stays."}`;
}

function curl(edge: string, token: string, model: string): string {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Hello!" }] });
  return `curl -N ${edge}/v1/chat/completions -H 'authorization: Bearer ${token}' -H 'content-type: application/json' -d ${quoted(body)}`;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
