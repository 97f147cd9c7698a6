import { laws } from "./laws/requirements.ts";
import { virtualLlms } from "./publishers/requirements.ts";
import { actions } from "./resources/action-requirements.ts";
/**
 * What mcpctl promises, as data. A test says in its title which promise it checks:
 *
 *     test(verifies("auth.uniform-401", "a revoked token"), …)
 *
 * `tests/laws/requirements.test.ts` fails on a promise that no test checks. `source` is the part of the specification, or the
 * authority, that a promise comes from.
 */
import { ssoRequirements } from "./sso/requirements.ts";
import { journeys } from "./stories/requirements.ts";
import { system } from "./system/requirements.ts";
import { watching } from "./watch/requirements.ts";

export interface Requirement {
  behaviour: string;
  source: string;
}

export const requirements = {
  // Who you are
  "auth.bootstrap-once": {
    behaviour: "The first admin is made with the bootstrap secret, once; a second use is refused with 409.",
    source: "auth.md, Principals",
  },
  "auth.login-session": {
    behaviour: "E-mail and password give a session token of at most 15 minutes and what renews it.",
    source: "auth.md, Principals",
  },
  "auth.login-uniform": {
    behaviour: "A failed login says the same for an unknown account and for a wrong password.",
    source: "auth.md, Principals",
  },
  "auth.login-limited": {
    behaviour: "Failed logins are limited per account: 429 with Retry-After.",
    source: "auth.md, Principals",
  },
  "auth.refresh-rotates": {
    behaviour: "A refresh token works once; using an old one again ends the session.",
    source: "auth.md, Principals",
  },
  "auth.refresh-grace": {
    behaviour: "A renewal whose answer got lost is answered again for 60 s, with the same successor.",
    source: "RFC 9700, 4.14.2",
  },
  "auth.uniform-401": {
    behaviour: "Missing, garbled, unknown, expired and revoked credentials get one and the same 401.",
    source: "auth.md, Tokens",
  },
  "auth.credential-headers": {
    behaviour: "A credential is taken from Authorization: Bearer, x-api-key and api-key.",
    source: "inference.md, The endpoint",
  },
  "auth.me": {
    behaviour: "GET /api/v1/auth/me says who the bearer is, and which token was used.",
    source: "auth.md, Principals",
  },
  "auth.revoke-5s": {
    behaviour: "A deleted or revoked token, or a removed binding, stops within 5 seconds, also for open streams.",
    source: "auth.md, Time to revoke",
  },
  "auth.no-plain-token": {
    behaviour: "A token is shown once, at creation; afterwards only its SHA-256 exists.",
    source: "auth.md, Principals",
  },
  ...ssoRequirements,
  "auth.sessions": {
    behaviour: "Sessions are listed and ended: one's own by everybody, everybody's by who may edit users.",
    source: "auth.md, Time to revoke; quality.md",
  },
  "auth.service-accounts": {
    behaviour:
      "A pod's projected token, checked against its cluster's keys, makes it that cluster's service account and nobody else.",
    source: "auth.md, Principals",
  },
  "auth.impersonation": {
    behaviour: "X-Service-Account works only with a credential that may run:impersonate, and audit keeps both.",
    source: "auth.md, Principals",
  },
  "audit.read": {
    behaviour:
      "Who may view audit events reads them newest first, by time, type, principal, token, project and resource.",
    source: "resources.md; auth.md, Principals",
  },

  // Whether you may
  "rbac.personalities": {
    behaviour: "A personality is viewed, made, changed and deleted by the rights on its agent, by name too.",
    source: "auth.md, RBAC; resources.md",
  },
  "rbac.golden-table": {
    behaviour: "Role × action × kind × scope decides as the reviewed table says.",
    source: "style.md, 8; quality.md, Security matrix",
  },
  "rbac.edit-excludes-run": {
    behaviour: "edit includes view, create and delete and never run; create, delete and run do not include view.",
    source: "auth.md, RBAC",
  },
  "rbac.names-and-ids": {
    behaviour: "A name-scoped binding matches whether the caller used the name or the id.",
    source: "auth.md, RBAC",
  },
  "rbac.filtered-lists": {
    behaviour: "A name-scoped caller's list holds only what its bindings name, in pages and counts too.",
    source: "auth.md, RBAC",
  },
  "rbac.creator-ceiling": {
    behaviour: "A token gets no binding that its creator does not satisfy.",
    source: "auth.md, Tokens",
  },
  "rbac.token-wall": {
    behaviour: "A token reaches its own project, inference and /auth/me, and nothing else, whatever its bindings say.",
    source: "auth.md, Tokens",
  },
  "rbac.review": {
    behaviour: "Who reaches a resource, by which binding of which definition and through which group, can be asked.",
    source: "cli.md; auth.md, RBAC",
  },
  "rbac.every-route": {
    behaviour: "Every route answers as its declared permission says to each kind of credential.",
    source: "quality.md, Security matrix",
  },

  // Resources
  "resources.personality-scope": {
    behaviour:
      "A personality attaches prompts of its agent, of its agent's project, or of nobody; nothing breaks that later.",
    source: "agents.md, Personalities",
  },
  "resources.attach": {
    behaviour: "Attaching twice and detaching what is not attached are refused, and name what is wrong.",
    source: "agents.md, Personalities",
  },
  "resources.approve": {
    behaviour:
      "A promptrequest becomes a prompt by who may create prompts; what was cut off is finished by asking again.",
    source: "agents.md, Prompts; auth.md, RBAC",
  },
  "resources.nested-lists": {
    behaviour: "What a kind names has lists of that kind below it: /projects/:p/agents, /agents/:a/prompts.",
    source: "resources.md",
  },
  "threads.owner": {
    behaviour: "A thread exists for its owner alone; anybody else gets the 404 of one that does not exist.",
    source: "auth.md, RBAC; agents.md",
  },
  "resources.cascade": {
    behaviour: "What belongs to a resource is deleted with it, and what others refer to keeps all of it.",
    source: "resources.md",
  },
  "resources.store-invariants": {
    behaviour: "The store's constraints hold what excludes each other, whoever writes.",
    source: "resources.md, Store",
  },
  "resources.dormant": {
    behaviour: "A field that is kept and not acted upon is told to whoever sets it.",
    source: "resources.md",
  },
  "resources.crud": {
    behaviour:
      "Every kind can be created, listed, read by name and id, replaced, patched and deleted as its verbs say.",
    source: "resources.md, Routes",
  },
  "resources.lost-update": {
    behaviour: "PUT with an If-Match of an older version is refused with 412 and changes nothing.",
    source: "resources.md, Routes",
  },
  "resources.still-referred": {
    behaviour: "Deleting what others refer to is a 409 that names them.",
    source: "resources.md, Routes",
  },
  "resources.paging": {
    behaviour: "A list pages with limit and continue and shows each row once.",
    source: "resources.md, Routes",
  },
  "resources.selectors": {
    behaviour: "Lists are selected by labels.",
    source: "resources.md, Routes",
  },
  "resources.faults": {
    behaviour: "A refused document names the path, what was expected, and a near spelling; unknown fields are errors.",
    source: "resources.md, Routes",
  },
  "resources.unchanged": {
    behaviour: "Writing what is already there writes nothing: the version stays.",
    source: "resources.md, apply",
  },
  "resources.dry-run": {
    behaviour: "A dry run answers what would be stored and stores nothing.",
    source: "resources.md, apply",
  },
  "apply.three-way": {
    behaviour: "Apply takes away what it set before and no longer has, and leaves alone what it never set.",
    source: "resources.md, apply",
  },
  "apply.prune": {
    behaviour: "Prune deletes what apply made, that is selected and in no file; nothing else.",
    source: "resources.md, apply",
  },
  "apply.resumable": {
    behaviour: "An apply that was cut off anywhere and is run again ends where one that was not would have.",
    source: "resources.md, apply",
  },
  "apply.cycles": {
    behaviour: "Documents that refer to each other are applied in two passes, or the circle is named before any write.",
    source: "resources.md, apply",
  },
  "resources.openapi": {
    behaviour: "The OpenAPI 3.1 document lists every route.",
    source: "resources.md, Routes",
  },
  "secrets.write-only": {
    behaviour: "A secret's values are in no answer, list, log, audit event, error or process list.",
    source: "secrets.md; quality.md, Security matrix",
  },
  "secrets.sealed": {
    behaviour:
      "Values lie encrypted in the store; a sealed value can't be moved to another row or read with another key.",
    source: "secrets.md, Backends",
  },

  // Inference
  "inference.models": {
    behaviour: "GET /v1/models lists exactly the LLMs that the caller may run.",
    source: "inference.md, The endpoint",
  },
  "inference.chat": {
    behaviour: "The openai package gets a chat completion through the edge with an mcpctl token.",
    source: "inference.md, The endpoint",
  },
  "inference.key-hidden": {
    behaviour: "The provider gets its own key and never the caller's token; the caller never sees the key.",
    source: "inference.md, Providers",
  },
  "inference.unknown-fields": {
    behaviour: "Request fields that mcpctl does not know reach the provider as they were written.",
    source: "inference.md, The endpoint",
  },
  "inference.one-reading": {
    behaviour:
      "A field that decides rights, framing or routing means the same to every reader of the request, or it is refused with 400 that names it.",
    source: "RFC 8259, section 4",
  },
  "inference.model-kept": {
    behaviour: "A field by which a provider would choose another model is refused, unless the LLM allows it.",
    source: "inference.md, The endpoint",
  },
  "inference.stream-byte-exact": {
    behaviour: "A passed-through stream keeps its bytes and their order, to the terminal [DONE].",
    source: "inference.md, Streaming",
  },
  "inference.stream-unbuffered": {
    behaviour: "A chunk goes out when it comes in: the first is there before the provider has written the second.",
    source: "inference.md, Streaming",
  },
  "inference.stream-cut": {
    behaviour: "A provider that fails after the first byte becomes one error event and the end, without [DONE].",
    source: "inference.md, Streaming",
  },
  "inference.stream-end": {
    behaviour: "A stream is whole by its last events alone, however long it was, and after its end nothing is added.",
    source: "inference.md, Streaming",
  },
  "inference.time-limits": {
    behaviour: "The time until an answer begins, the silence in it, and the time for the whole are limited apart.",
    source: "inference.md, Resilience",
  },
  "inference.life-signs": {
    behaviour: "A streaming client hears a comment after 5 s of silence, and every 5 s from then on.",
    source: "inference.md, Streaming",
  },
  "inference.unheard": {
    behaviour: "An answer whose client is known to have gone is recorded as client_gone, not as a success.",
    source: "inference.md, What is recorded",
  },
  "inference.hang-up": {
    behaviour: "A caller that hangs up ends the provider's request within a second.",
    source: "inference.md, Streaming",
  },
  "inference.errors": {
    behaviour: "Errors on /v1 have the shape from which the openai package makes its own classes.",
    source: "inference.md, The endpoint",
  },
  "inference.bad-input": {
    behaviour: "Malformed, mistyped, oversized and unknown input is a 4xx that says what is wrong, never a 5xx.",
    source: "quality.md, Security matrix",
  },
  "inference.no-query-warm": {
    behaviour: "A warm chat completion makes no query to the store.",
    source: "architecture.md, The hot path",
  },
  "inference.url-forms": {
    behaviour:
      "A provider's base URL works without a path, with a version anywhere in its path, as a prefix, and as a whole endpoint; a query is kept.",
    source: "inference.md, Providers",
  },
  "inference.url-refused": {
    behaviour: "A base URL with a fragment or with a credential in its query is refused by its field.",
    source: "inference.md, Providers",
  },
  "inference.key-sendable": {
    behaviour:
      "A key that can't be sent in a header is refused by naming its secret, its key and what is wrong, never the value; a line end behind it is left out.",
    source: "inference.md, Providers",
  },
  "inference.content-encoding": {
    behaviour: "A compressed answer that nobody asked for is decoded, or told by its encoding.",
    source: "inference.md, Providers",
  },
  "inference.idle-connection": {
    behaviour: "A request that meets the provider closing an idle connection is sent once more, and no caller sees it.",
    source: "inference.md, Resilience",
  },
  "inference.sent-once": {
    behaviour: "A request that a provider may have acted upon is not sent again.",
    source: "inference.md, Resilience",
  },
  "inference.private-refused": {
    behaviour: "A URL that points inside is refused unless the edge was told otherwise.",
    source: "inference.md, Providers",
  },
  "inference.auth-probe": {
    behaviour:
      "A key that the provider refuses is refused with 422 at the write; an unreachable provider is a warning.",
    source: "inference.md, Providers",
  },
  "audit.inference": {
    behaviour: "Each answered inference request leaves one llm_inference_call with its token counts.",
    source: "inference.md, What is recorded",
  },
  "audit.correlation": {
    behaviour: "Every answer says its request's id, and the log and every audit event of the request have the same.",
    source: "docs/api.md, Requests have ids",
  },
  "audit.off-path": {
    behaviour: "Recording delays no answer, and an outage of the store loses no event.",
    source: "architecture.md, What an acknowledgement means",
  },

  // Virtual LLMs
  ...virtualLlms,

  // The command line
  "apply.selector": {
    behaviour: "`-l` beside `-f` limits apply, diff and delete to the documents that have these labels.",
    source: "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_apply/",
  },
  "cli.jsonpath": {
    behaviour: "A jsonpath template prints what kubectl prints for it, and is refused where kubectl refuses it.",
    source: "https://kubernetes.io/docs/reference/kubectl/jsonpath/",
  },
  "cli.spans": {
    behaviour: "A span of time is minutes, hours, days, weeks or years wherever one is given, read by one reader.",
    source: "resources.md",
  },
  "cli.forms": {
    behaviour: "A form of output that a verb does not have is refused before anything is done, never ignored.",
    source: "cli.md",
  },
  "cli.create-help": {
    behaviour: "`create KIND --help` shows working examples, and sets fields of fields apart from the rest.",
    source: "cli.md",
  },
  "cli.create-from": {
    behaviour: "A server is made of a template and values; what is missing or wrong is said by the name it has there.",
    source: "mcp.md; resources.md",
  },
  "cli.round-trip": {
    behaviour: "What get -o yaml prints goes into apply -f and is reported unchanged.",
    source: "resources.md; cli.md",
  },
  "cli.exit-codes": {
    behaviour: "0 ok, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 unreachable.",
    source: "cli.md",
  },
  "cli.streams": {
    behaviour: "stdout is the answer, stderr is everything else.",
    source: "cli.md",
  },
  "cli.verbs": {
    behaviour: "get, describe, create, apply, edit, delete, run, login and whoami work against a real edge.",
    source: "cli.md",
  },
  "cli.create-any-field": {
    behaviour: "Every field of every kind can be set by create: by its flag, by its path, from a file.",
    source: "cli.md",
  },
  "cli.completion": {
    behaviour: "Shells complete verbs, kinds, names from the edge, flags and their values.",
    source: "cli.md",
  },
  "cli.private-files": {
    behaviour: "Stored credentials are readable by their owner only (0600).",
    source: "cli.md",
  },
  "cli.colleague": {
    behaviour: "A colleague's token runs the one LLM that it names and sees no other.",
    source: "auth.md, Tokens",
  },

  // One machine
  "start.ready": {
    behaviour: "npm start brings everything up, says where, and writes .mcpctl/dev.json readable by its owner only.",
    source: "architecture.md, One machine",
  },
  "start.no-orphans": {
    behaviour: "However it ends, no process is left behind.",
    source: "quality.md, Reliability drills",
  },
  "docs.recipes": {
    behaviour: "Every recipe of the guide to rights can be applied as it stands, and comes to what it says.",
    source: "quality.md, Kinds of test",
  },
  "docs.declarative": {
    behaviour: "Every command of the guide to declarative work works as written and prints what is shown.",
    source: "quality.md; resources.md, apply",
  },
  "readme.tour": {
    behaviour: "Every command of the README's tour works as written.",
    source: "quality.md, Kinds of test",
  },

  // Journeys
  ...journeys,

  // Watching
  ...watching,

  ...actions,
  ...system,
  ...laws,
} as const satisfies Record<string, Requirement>;

export type RequirementId = keyof typeof requirements;

/** A test's title: what it does, and which promises it checks. */
export function verifies(ids: RequirementId | readonly RequirementId[], title: string): string {
  const list = typeof ids === "string" ? [ids] : ids;
  return `${title} [${list.join(", ")}]`;
}
