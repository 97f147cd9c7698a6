/** The edge's list of routes, read by Node: they are data, once what only workerd has is an empty class. */
import { registerHooks } from "node:module";
import type { DocumentedRoute } from "./routes.ts";

const runtime = "cloudflare:workers";
const stub = `data:text/javascript,${encodeURIComponent(
  "export class DurableObject {} export class WorkerEntrypoint {} export class RpcTarget {} export const env = {}; export const waitUntil = () => {};",
)}`;

export async function edgeRoutes(): Promise<readonly DocumentedRoute[]> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === runtime ? { url: stub, format: "module", shortCircuit: true } : next(specifier, context),
  });
  try {
    // By a variable: importing the edge's own types would mix workerd's with Node's.
    const entry: string = "../../edge/app.ts";
    return ((await import(entry)) as { routes: readonly DocumentedRoute[] }).routes;
  } finally {
    hooks.deregister();
  }
}
