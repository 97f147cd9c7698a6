/** Logging in on a machine without a browser: it shows a code, and asks until somebody has confirmed it (RFC 8628). */
import { z } from "zod";
import { looksLikeToken } from "#db/crypto/token";
import { Refusal, refuse } from "#db/protocol/errors";
import { BoundedMap } from "../../cache/bounded-map.ts";
import type { Call } from "../../http/call.ts";
import { open, type Route, route } from "../../http/route.ts";
import { addressOf, networkOf } from "../../identity/address.ts";
import { loginAnswer, secretly } from "../../login/answers.ts";
import { recordAuth } from "../../login/auth-event.ts";
import { countAddress } from "../../login/throttled.ts";
import { attempt, type Bucket, perStranger, refund } from "../../rights/throttle.ts";
import { DEVICE_SECONDS, INTERVAL_SECONDS, shownCode } from "../device-machine.ts";
import { openDevice, pollDevice } from "../device-store.ts";
import { baseOf, clientOf, providerOf } from "../login.ts";
import { DEVICE_PATH } from "./device-pages.ts";
import { openSession } from "./sso.ts";

const opened = z.object({
  deviceCode: z.string().describe("The device's own; for nobody else."),
  userCode: z.string().describe("What the device shows, and somebody types."),
  verificationUri: z.string().describe("Where it is typed."),
  verificationUriComplete: z.string().describe("The same, with the code in it."),
  expiresIn: z.int().describe("Seconds that somebody has for confirming."),
  interval: z.int().describe("Seconds to wait between two polls; 5 more after each slow_down."),
});

const polled = z.strictObject({ deviceCode: z.string().min(1).max(256) });

export const deviceRoutes: readonly Route[] = [
  route(
    "POST",
    "/api/v1/auth/device",
    open("a device has no credential before somebody has confirmed it"),
    {
      tag: "auth",
      summary: "Begin a login on a machine without a browser (RFC 8628).",
      answer: { status: 200, schema: opened },
      refuses: [429],
    },
    async (call) => {
      const { settings: provider } = providerOf(call);
      // Each makes a row, so nothing gives these attempts back.
      await countAddress(call, "device");
      const { deviceCode, userCode } = await openDevice(call.deps.store.db, clientOf(call), Date.now());
      const shown = shownCode(userCode);
      const verificationUri = baseOf(call, provider) + DEVICE_PATH;
      return secretly({
        deviceCode,
        userCode: shown,
        verificationUri,
        verificationUriComplete: `${verificationUri}?code=${shown}`,
        expiresIn: DEVICE_SECONDS,
        interval: INTERVAL_SECONDS,
      } satisfies z.infer<typeof opened>);
    },
    { strict: false },
  ),
  route(
    "POST",
    "/api/v1/auth/device/token",
    open("the device code in the body is the credential"),
    {
      tag: "auth",
      summary: "Ask whether somebody has confirmed the device: authorization_pending, slow_down, or a session.",
      body: polled,
      answer: { status: 200, schema: loginAnswer },
      refuses: [403, 429],
    },
    async (call) => {
      const { deviceCode } = await call.json(polled);
      return secretly(await openSession(call, await approvedBy(call, deviceCode), { via: "device" }));
    },
    { strict: false },
  ),
];

/** Network → made-up codes that may still come from it. */
const strangers = new BoundedMap<Bucket>(10_000);

/** @throws Refusal authorization_pending, slow_down, expired_token, access_denied, rate_limited */
async function approvedBy(call: Call, deviceCode: string): Promise<string> {
  if (!looksLikeToken(deviceCode)) throw expired();
  const giveBack = takeFrom(call);
  const told = await pollDevice(call.deps.store.db, deviceCode, Date.now());
  if (told.is !== "expired") giveBack();
  switch (told.is) {
    case "approved":
      return told.userId;
    case "pending":
      return refuse("authorization_pending", "Nobody has confirmed this device yet.", { hint: "Ask again later." });
    case "too-fast":
      return refuse("slow_down", `This device asks too often: every ${told.interval} seconds is enough.`, {
        retryAfter: told.interval,
      });
    case "denied":
      recordAuth(call, { action: "login-failed", account: "device", via: "device", reason: "access_denied" });
      return refuse("access_denied", "Somebody denied this device.", { hint: "Start again if that was a mistake." });
    case "expired":
      throw expired();
  }
}

const expired = () =>
  new Refusal("expired_token", "This device's code has expired, was used, or never was.", { hint: "Start again." });

/** Each poll costs statements, and codes can be made up. @returns what undoes it. @throws Refusal rate_limited */
function takeFrom(call: Call): () => void {
  const address = addressOf(call.request);
  if (address === undefined) return () => {};
  const network = networkOf(address);
  const taken = attempt(strangers.get(network), perStranger, Date.now());
  if (!taken.allowed)
    refuse("rate_limited", "Too many device codes that nobody has came from your address.", {
      retryAfter: taken.retryAfterMs / 1000,
    });
  strangers.set(network, taken.bucket);
  return () => strangers.set(network, refund(strangers.get(network) ?? taken.bucket, perStranger, 1));
}
