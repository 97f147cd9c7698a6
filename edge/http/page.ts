/** The frame of every page for people. Self-contained: no script, nothing from elsewhere. */
import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";

const style = `
:root{color-scheme:light dark;--ink:#1a1d21;--soft:#59616b;--ground:#f4f5f7;--card:#fff;--line:#c9ced6;--main:#0b5cad;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#eceef1;--soft:#a9b1bc;--ground:#15181c;--card:#1f2329;--line:#454c56;--main:#7db7f5;--bad:#ff8f86}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:min(30rem,calc(100vw - 2rem));margin:1rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow-wrap:anywhere}
.brand{margin:0 0 1rem;color:var(--soft);font-weight:600}
h1{margin:0 0 .75rem;font-size:1.375rem;line-height:1.25}
p{margin:0 0 1rem}
.soft{color:var(--soft)}
.bad{color:var(--bad)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1.25rem}
dt{color:var(--soft)}
dd{margin:0}
.code{font:600 1.5rem/1.3 ui-monospace,monospace;letter-spacing:.1em}
label{display:block;margin-bottom:.25rem;font-weight:600}
input{width:100%;margin-bottom:1rem;padding:.6rem .75rem;border:1px solid var(--soft);border-radius:.5rem;background:var(--card);color:var(--ink);font:inherit;text-transform:uppercase}
.row{display:flex;flex-wrap:wrap;gap:.75rem}
.button{display:inline-block;padding:.6rem 1.25rem;border:1px solid var(--main);border-radius:.5rem;background:var(--card);color:var(--main);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
.first{background:var(--main);color:var(--card)}
.button:focus-visible,input:focus-visible{outline:3px solid var(--main);outline-offset:2px}
`;

/** Everything is refused but this very style; nobody may frame a page on which somebody gives a machine their rights. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": policy,
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

export interface PageOptions {
  status?: number;
  cookies?: readonly string[];
  headers?: Readonly<Record<string, string>>;
}

export function page(
  title: string,
  body: Html,
  { status = 200, cookies = [], headers: more }: PageOptions = {},
): Response {
  const headers = new Headers({ ...pageHeaders, ...more });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · mcpctl</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<p class="brand">mcpctl</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  return new Response(text, { status, headers });
}
