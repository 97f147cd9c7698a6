import { z } from "zod";
import { open, type Route, route } from "../../http/route.ts";

const methods = z.object({
  password: z.boolean().describe("E-mail address and password are taken."),
  sso: z
    .object({ name: z.string().describe("What to call the provider."), issuer: z.string() })
    .nullable()
    .describe("The OpenID provider, where there is one: by redirect, or for a device."),
});

export const methodRoutes: readonly Route[] = [
  route(
    "GET",
    "/api/v1/auth/methods",
    open("whoever wants to log in must know how, before they can"),
    { tag: "auth", summary: "The ways in which people can log in here.", answer: { status: 200, schema: methods } },
    (call) => {
      const { oidc } = call.deps.settings;
      const known = oidc.is === "on" ? oidc.provider : undefined;
      const answer: z.infer<typeof methods> = {
        password: known?.passwords ?? true,
        sso: known ? { name: known.name, issuer: known.issuer } : null,
      };
      return Response.json(answer, { headers: { "cache-control": "public, max-age=60" } });
    },
    { strict: false },
  ),
];
