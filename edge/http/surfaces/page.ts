/** Where people come with a browser: whatever is said to them, refusals too, is a page. */
import type { Refusal } from "#db/protocol/errors";
import { html } from "../html.ts";
import { page as makePage } from "../page.ts";
import { headOf } from "./head.ts";
import { type Surface, within } from "./surface.ts";

const folders = [within("/device"), within("/login")];

/** Browsers are sent there too. Their addresses are registered with providers, and stay where they are. */
const steps = new Set([
  "/api/v1/auth/oidc/authorize",
  "/api/v1/auth/oidc/device",
  "/api/v1/auth/oidc/callback",
  "/api/v1/auth/device/confirm",
]);

const text = { "text/html": { schema: { type: "string" } } };

export const page: Surface = {
  name: "page",
  owns: (path) => steps.has(path) || folders.some((owns) => owns(path)),
  // Providers that send browsers back add what they like.
  strict: false,
  write(refusal, requestId) {
    const { hint } = refusal.details;
    const { status, headers } = headOf(refusal, requestId, "text/html; charset=utf-8");
    return makePage(
      titles[refusal.code] ?? "That did not work",
      html`<p class="bad" role="alert">${refusal.message}</p>
${hint ? html`<p>${hint}</p>` : undefined}
<p class="soft">Request ${requestId}</p>`,
      { status, headers: Object.fromEntries(headers) },
    );
  },
  openapi: { prefix: "Page", refusal: text, success: text, refuses: [400], changesRefuse: [] },
};

const titles: Partial<Record<Refusal["code"], string>> = {
  access_denied: "Nobody was logged in",
  not_allowed: "You may not log in here",
  not_found: "There is no such page",
  rate_limited: "Too many attempts",
  misconfigured: "Logging in is not set up right",
};
