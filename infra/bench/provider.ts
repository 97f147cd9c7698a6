/**
 * An instant provider: a process of its own that speaks as much of OpenAI's API as the benchmark needs. The model's name says
 * what is wanted: `chat`, `chunks-<n>` (at once, each chunk a write of its own) or `paced-<n>` (a chunk every 10 ms, stamped).
 */
import http from "node:http";

const answer = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1_790_000_000,
    model: "chat",
    choices: [{ index: 0, message: { role: "assistant", content: "Certainly." }, finish_reason: "stop" }],
    usage: { prompt_tokens: 12, completion_tokens: 2, total_tokens: 14 },
  }),
);

const PACE_MS = 10;
const stamped = () => `"at":${process.hrtime.bigint()},`;
const chunk = (stamp: string) =>
  `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk",${stamp}"created":1790000000,"model":"chat","choices":[{"index":0,"delta":{"content":"token "},"finish_reason":null}]}\n\n`;
const plain = Buffer.from(chunk(""));
const last = Buffer.from("data: [DONE]\n\n");

/** Each chunk in a turn of its own: within one turn Node would gather them into a single write. */
function stream(res: http.ServerResponse, left: number, next: (step: () => void) => void, text: () => Buffer | string) {
  if (res.destroyed) return;
  if (left === 0) {
    res.end(last);
    return;
  }
  res.write(text());
  next(() => stream(res, left - 1, next, text));
}

const server = http.createServer((req, res) => {
  const parts: Buffer[] = [];
  req.on("data", (part: Buffer) => parts.push(part));
  req.on("end", () => {
    if (req.method === "GET") {
      res.writeHead(200, { "content-type": "application/json" }).end('{"object":"list","data":[]}');
      return;
    }
    const wanted = /"model":\s*"(chunks|paced)-(\d+)"/.exec(Buffer.concat(parts).toString("latin1"));
    if (!wanted) {
      res.writeHead(200, { "content-type": "application/json", "content-length": answer.length }).end(answer);
      return;
    }
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    res.socket?.setNoDelay(true);
    const paced = wanted[1] === "paced";
    stream(
      res,
      Number(wanted[2]),
      paced ? (step) => setTimeout(step, PACE_MS) : setImmediate,
      paced ? () => chunk(stamped()) : () => plain,
    );
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === "object" && address ? address.port : 0 })}\n`);
});
// It ends with whoever started it, however that one ends.
process.stdin.resume().on("end", () => process.exit(0));
