/** The output of `npm start` when the system is ready. Pure. */
export interface Ready {
  edge: string;
  adminToken: string;
  /** Names of the LLMs that the local agent publishes. */
  published: readonly string[];
  /** Whether the only published LLM is the demo model. */
  demo: boolean;
  dataDir: string;
  seconds: number;
  /** Whether this is the first start. */
  cold: boolean;
  detached: boolean;
  /** Whether `dev` is the current context of the command line. */
  isCurrent: boolean;
  /** The command that stops a detached system. */
  stop: string;
}

export function readyWords(ready: Ready): string {
  const { edge, adminToken, published, demo, dataDir, seconds, cold, detached, isCurrent, stop } = ready;
  const mcpctl = isCurrent ? "npx mcpctl" : "npx mcpctl --context dev";
  const model = published[0];
  const what = published.length === 0 ? "nothing yet" : published.join(", ");
  return `
mcpctl is ready after ${seconds.toFixed(1)} s (${cold ? "first start" : "with existing data"}).

  Edge         ${edge}
  Admin token  ${adminToken}
  Published    ${what}${demo && model !== undefined ? " (a demo model: no Ollama, llama.cpp, vLLM or LM Studio runs on this machine)" : ""}
  Data         ${dataDir}

Try next:

  ${mcpctl} get llms
  ${model === undefined ? "npx mcplocal detect" : `${mcpctl} run ${model} "Say hello."`}
  ${model === undefined ? `${mcpctl} whoami` : curl(edge, adminToken, model)}

${detached ? `The system runs in the background. \`${stop}\` stops it.` : "Ctrl-C stops the system; its data stays."}`;
}

function curl(edge: string, token: string, model: string): string {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Hello!" }] });
  return `curl -N ${edge}/v1/chat/completions -H 'authorization: Bearer ${token}' -H 'content-type: application/json' -d ${quoted(body)}`;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
