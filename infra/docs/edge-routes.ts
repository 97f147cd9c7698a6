/** Loads the edge's list of routes in Node. An empty stub replaces the module that only workerd has. */
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
    // A variable, because a literal would also import the edge's types, which conflict with Node's.
    const entry: string = "../../edge/app.ts";
    return ((await import(entry)) as { routes: readonly DocumentedRoute[] }).routes;
  } finally {
    hooks.deregister();
  }
}
