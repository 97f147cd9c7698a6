/** Where a person confirms a device: they log in first, so that nobody unknown can try codes, and then see what asks. */
import { eq } from "drizzle-orm";
import { z } from "zod";
import { resources } from "#db/tables/index";
import type { Call } from "../../http/call.ts";
import { open, type Route, route } from "../../http/route.ts";
import { recordAuth } from "../../login/auth-event.ts";
import { countAccount } from "../../login/throttled.ts";
import { perAccount } from "../../rights/throttle.ts";
import { readCookie, writeCookie } from "../cookie.ts";
import { shownCode, typedCode } from "../device-machine.ts";
import { decideDevice, waitingDevice } from "../device-store.ts";
import { baseOf, isSecure, providerOf, startAgain } from "../login.ts";
import * as pages from "../pages.ts";
import { sameText } from "../pkce.ts";
import { ONCE_MS, openStep, sealStep } from "../sealed.ts";

const { user } = resources;

export const DEVICE_PATH = "/device";
export const CONFIRM_PATH = "/device/confirm";
const DECIDE_PATH = "/api/v1/auth/device/confirm";
export const DEVICE_COOKIE = "device";

/** Somebody who has just logged in at the provider, in this browser, to confirm a device. */
const confirmer = z.object({ userId: z.string(), csrf: z.string(), code: z.string().optional() });
type Confirmer = z.infer<typeof confirmer>;

export const sealConfirmer = (call: Call, who: Confirmer): Promise<string> =>
  sealStep(call.deps.settings, "confirmer", who, Date.now() + ONCE_MS);

const decided = z.object({
  csrf: z.string().default(""),
  code: z.string().default(""),
  decision: z.enum(["look", "allow", "deny"]).catch("look"),
});

export const devicePageRoutes: readonly Route[] = [
  route(
    "GET",
    DEVICE_PATH,
    open("whoever is to confirm a device begins here, and logs in next"),
    {
      tag: "auth",
      summary: "The page on which confirming a device begins.",
      query: { code: "What the device shows." },
    },
    async (call) => {
      const { settings: provider } = providerOf(call);
      const code = typedCode(call.url.searchParams.get("code") ?? "");
      const next = `${baseOf(call, provider)}/api/v1/auth/oidc/device${code ? `?code=${code}` : ""}`;
      return pages.devicePage(provider.name, next, code ? shownCode(code) : undefined);
    },
  ),
  route(
    "GET",
    CONFIRM_PATH,
    open("the sealed cookie of a login at the provider is the credential"),
    { tag: "auth", summary: "The page on which a device is confirmed." },
    async (call) => {
      const who = await confirmerOf(call);
      return pages.codePage(who.form, who.code ? shownCode(who.code) : "");
    },
  ),
  route(
    "POST",
    DECIDE_PATH,
    open("the sealed cookie of a login at the provider is the credential"),
    {
      tag: "auth",
      summary: "Look at a device that waits, allow it or deny it: the form of that page.",
      body: decided,
      bodyTypes: ["application/x-www-form-urlencoded"],
      refuses: [429],
    },
    decide,
  ),
];

async function decide(call: Call): Promise<Response> {
  const who = await confirmerOf(call);
  const given = decided.parse(Object.fromEntries(new URLSearchParams(await call.text(4_096))));
  // The cookie is Lax, so that another site's form comes without it; this holds where a browser knows no such thing.
  if (!sameText(given.csrf, who.form.csrf)) throw startAgain("This form is not from this login.");
  const { db } = call.deps.store;
  const code = typedCode(given.code);
  const nobody = () =>
    pages.codePage(who.form, shownCode(code), "No device waits with this code. Look again, or let it start anew.");
  const tries = await countAccount(call, `device:${who.userId}`, perAccount);
  const device = await waitingDevice(db, code);
  if (!device) return nobody();
  tries.forgive();
  if (given.decision === "look")
    return pages.confirmPage(who.form, {
      code: shownCode(code),
      client: device.client,
      address: device.address,
      since: new Date(device.createdAt).toISOString().replace(/\.\d+Z$/, "Z"),
    });
  const allowed = given.decision === "allow";
  if (!(await decideDevice(db, code, who.userId, allowed))) return nobody();
  recordAuth(call, {
    action: allowed ? "device-approved" : "device-denied",
    account: who.form.who,
    client: device.client,
  });
  return pages.decidedPage(allowed, [writeCookie(DEVICE_COOKIE, "", 0, who.secure)]);
}

/** @throws Refusal expired_token for who has not just logged in here */
async function confirmerOf(call: Call) {
  const { settings: provider } = providerOf(call);
  const base = baseOf(call, provider);
  const secure = isSecure(base);
  const sealed = readCookie(call.request.headers.get("cookie"), DEVICE_COOKIE, secure);
  const found = await openStep(call.deps.settings, "confirmer", confirmer, sealed, Date.now());
  const again = () => startAgain("You have not logged in here within the last ten minutes.");
  if (!found) throw again();
  const { userId, csrf, code } = found;
  const [row] = await call.deps.store.db.select({ name: user.name }).from(user).where(eq(user.id, userId));
  if (!row) throw again();
  return { userId, code, secure, form: { who: row.name, csrf, action: base + DECIDE_PATH } };
}
