import { eq } from "drizzle-orm";
import { kindsByName, type SpecOf, type StatusOf } from "#db/kinds/index";
import { baseUrlOf } from "#db/kinds/parts/providers";
import { type BaseUrl, faultOfBaseUrl } from "#db/protocol/base-url";
import { type Fault, refuse } from "#db/protocol/errors";
import { readCredential } from "#db/protocol/header-value";
import { near } from "#db/schema/near";
import { resources } from "#db/tables/index";
import { assertPublic } from "../http/public-url.ts";
import { tellWithdrawn } from "../publishers/withdrawn.ts";
import { fieldsChanged } from "../resources/changed.ts";
import { allows } from "../rights/decide.ts";
import { openValues } from "../secrets/index.ts";
import type { Behaviour, Write } from "./behaviour.ts";
import { probeCredential } from "./credential-probe.ts";
import { mayHandOver } from "./secret-use.ts";

const kind = kindsByName.llm;
type Spec = SpecOf<"llm">;

export const llm: Behaviour = {
  options: ["_skipAuthCheck"],
  refuses: [422],
  async beforeWrite(write) {
    const { previous, next, deps, options, warn } = write;
    const spec = kind.spec.parse(next.spec);
    const was = previous && kind.spec.parse(previous.spec);
    if (previous && kind.status.parse(previous.status).lifecycle === "virtual")
      return keepPublished(previous.name, was, spec);
    if (!previous) next.status = { lifecycle: "public", state: "active" } satisfies StatusOf<"llm">;
    const moved = differs(was, spec, ["type", "url", "cluster"]);
    if (!moved && !differs(was, spec, ["apiKeyRef"])) return;
    const base = baseOf(spec);
    // Through a cluster it may be private: the edge itself never calls it.
    if (spec.cluster === undefined) assertPublic(base.root, deps.settings.allowPrivateUpstreams);
    const key = await keyOf(write, spec);
    if (key === undefined || spec.cluster !== undefined || options["_skipAuthCheck"]) return;
    const found = await probeCredential(spec.type, base, key);
    if (found.is === "unknown")
      warn(`The key of llm ${next.name} could not be checked: ${found.why}. It is stored all the same.`);
    if (found.is === "refused")
      refuse("credential_refused", `${new URL(base.root).host} does not accept the key: ${found.words}`, {
        param: "apiKeyRef",
        hint: "Set the right key in the secret, or store it unchecked with _skipAuthCheck: true (--skip-auth-check).",
      });
  },
  afterCommit({ verb, before }, { deps, waitUntil }) {
    if (verb !== "deleted" || !before) return;
    const { lifecycle, publisher } = kind.status.parse(before.status);
    if (lifecycle === "virtual" && publisher !== undefined)
      waitUntil(tellWithdrawn(deps.env.PUBLISHER, publisher, [before.name]));
  },
};

const differs = (was: Spec | undefined, is: Spec, fields: readonly (keyof Spec)[]): boolean =>
  fieldsChanged(was, is, fields);

/** What a publisher publishes is the publisher's to say. */
function keepPublished(name: string, was: Spec | undefined, is: Spec): void {
  const fields = (["type", "model", "url", "apiKeyRef"] as const).filter((f) => differs(was, is, [f]));
  if (fields.length === 0) return;
  refuse(
    "publisher_conflict",
    `The llm ${JSON.stringify(name)} is published by a local agent, which says its ${fields.join(", ")}.`,
    {
      hint: "Stop publishing it and delete it first; or choose another name.",
      faults: fields.map((path) => ({ path, message: "is the publisher's to say" })),
    },
  );
}

/** @throws Refusal invalid_request where it can't be called: nobody says where, or what is said can't be a base URL. */
function baseOf({ type, url }: Spec): BaseUrl {
  const base = baseUrlOf(type, url);
  const message =
    base === undefined ? `is required: ${type} has no default` : url === undefined ? undefined : faultOfBaseUrl(url);
  if (base !== undefined && message === undefined) return base;
  return refuse("invalid_request", `url: ${message}`, {
    param: "url",
    faults: [{ path: "url", message: message ?? "", expected: "the base URL of the server" }],
    ...(base === undefined ? {} : { hint: "Leave that out. A key belongs into a secret, which apiKeyRef names." }),
  });
}

/**
 * The key that the LLM is to use; undefined where it uses none, or the secret does not exist (which the references tell).
 * @throws Refusal not_allowed, invalid_request
 */
async function keyOf({ caller, deps }: Write, { apiKeyRef, url }: Spec): Promise<string | undefined> {
  if (!apiKeyRef) return undefined;
  const { name, key } = apiKeyRef;
  const { secret } = resources;
  const [row] = await deps.store.db.select().from(secret).where(eq(secret.name, name));
  if (!row) return undefined;
  // A provider's own address is nobody's choice.
  const hint = "Leave out url to use the provider's own address, or ask somebody who looks after the secret.";
  if (url !== undefined) mayHandOver(caller, [name], new URL(url).host, hint);
  const values = await openValues(deps.settings, row);
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value !== undefined) {
    const read = readCredential(value);
    if (read.fault === undefined) return read.value;
    const message = `the key ${JSON.stringify(key)} of the secret ${JSON.stringify(name)} ${read.fault}`;
    refuse("invalid_request", `apiKeyRef.key: ${message}`, {
      param: "apiKeyRef.key",
      faults: [{ path: "apiKeyRef.key", message, expected: "a key that can be sent in a header: visible ASCII" }],
      hint: "Write the value into the secret again, without what came along when it was copied.",
    });
  }
  // What a secret holds is for those who may see it; using it is not seeing it.
  const mayLook = allows(caller.grants, { role: "view", resource: kindsByName.secret.permission, name });
  const keys = mayLook ? Object.keys(values) : [];
  const suggestion = near(key, keys);
  const fault: Fault = {
    path: "apiKeyRef.key",
    message: `the secret ${JSON.stringify(name)} has no value for ${JSON.stringify(key)}`,
    ...(mayLook ? { expected: `one of ${keys.join(", ") || "no keys at all"}` } : {}),
    given: JSON.stringify(key),
    ...(suggestion ? { suggestion } : {}),
  };
  return refuse("invalid_request", `${fault.path}: ${fault.message}`, { faults: [fault], param: fault.path });
}
