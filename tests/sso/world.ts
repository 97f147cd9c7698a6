/** An edge whose people log in at a real provider, and what a program and a browser do for that. */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { type Browser, logInAt, openBrowser, type Page } from "../fakes/browser.ts";
import { CLIENT, type OpenIdProvider, startOpenIdProvider } from "../fakes/openid-provider.ts";
import { type Api, apiOf, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";

export const session = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAt: z.iso.datetime(),
});

/** Nothing listens there: a browser is stopped on its way. */
export const TARGET = "http://127.0.0.1:9/callback";
export const atTarget = (url: URL): boolean => url.port === "9";

export interface Program {
  state: string;
  verifier: string;
  url: string;
}

export interface World {
  provider: OpenIdProvider;
  edge: TestEdge;
  admin: Api;
  send: Send;
  /** What a program asks a browser to open. */
  program(change?: Readonly<Record<string, string | undefined>>): Program;
  /** From there to the program's address, as this account. */
  visit(program: Program, account: string, browser?: Browser): Promise<Page>;
  /** What the browser brought to the program. */
  brought(page: Page): URLSearchParams;
  redeem(program: Program, code: string | null, change?: Readonly<Record<string, string>>): ReturnType<Send>;
  /** All of it. @throws Error with what the program was told, where there was no code. */
  logIn(account: string): Promise<z.infer<typeof session>>;
  /** Why nobody was logged in. */
  refusal(account: string, browser?: Browser): Promise<{ error: string | null; words: string | null }>;
  stop(): Promise<void>;
}

export async function startWorld(oidc: Readonly<Record<string, unknown>> = {}, store?: string): Promise<World> {
  const provider = await startOpenIdProvider();
  const settings = {
    issuer: provider.issuer,
    clientId: CLIENT.id,
    name: "Test Id",
    scopes: ["email", "profile", "groups"],
    createUsers: true,
    ...oidc,
  };
  const env = { OIDC: JSON.stringify(settings), OIDC_CLIENT_SECRET: CLIENT.secret };
  const edge = await startEdge({ env, ...(store === undefined ? {} : { store }) });
  provider.register(`${edge.url}/api/v1/auth/oidc/callback`);
  const { token } = await edge.bootstrap();
  const send = clientOf(edge.url);

  const world: World = {
    provider,
    edge,
    admin: apiOf(edge.url, token),
    send,
    program(change = {}) {
      const [state, verifier] = [randomBytes(16).toString("hex"), randomBytes(32).toString("base64url")];
      const url = new URL(`${edge.url}/api/v1/auth/oidc/authorize`);
      const given: Record<string, string | undefined> = {
        redirect_uri: TARGET,
        state,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        ...change,
      };
      for (const [name, value] of Object.entries(given)) if (value !== undefined) url.searchParams.set(name, value);
      return { state, verifier, url: url.href };
    },
    async visit({ url }, account, browser = openBrowser()) {
      return logInAt(browser, await browser.open(url, atTarget), provider.issuer, account, atTarget);
    },
    brought: (page) => new URL(page.url).searchParams,
    redeem: ({ verifier }, code, change = {}) =>
      send("POST", "/api/v1/auth/oidc/token", {
        body: { code: code ?? "", codeVerifier: verifier, redirectUri: TARGET, ...change },
      }),
    async logIn(account) {
      const program = world.program();
      const page = await world.visit(program, account);
      const answer = await world.redeem(program, world.brought(page).get("code"));
      const read = session.safeParse(answer.body);
      if (!read.success) throw new Error(`nobody was logged in: ${page.url} ${page.text} ${answer.text}`);
      return read.data;
    },
    async refusal(account, browser) {
      const query = world.brought(await world.visit(world.program(), account, browser));
      return { error: query.get("error"), words: query.get("error_description") };
    },
    async stop() {
      await edge.stop();
      await provider.stop();
    },
  };
  return world;
}
