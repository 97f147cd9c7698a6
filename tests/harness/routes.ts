/**
 * The edge's list of routes, read without a runtime: they are data, once what only workerd has is an empty class.
 * The types say what tests rely on; importing the edge's own would mix workerd's types with Node's.
 */
import { vi } from "vitest";
import type { Operation, Role } from "#db/kinds/parts/grants";

export type DeclaredPermission =
  | { is: "public"; why: string }
  | { is: "authenticated" }
  | { is: "resource"; role: Role; resource: string; name?: unknown; listed?: true; conceal?: unknown }
  | { is: "owned"; resource: string; own?: Role; others?: Role }
  | { is: "operation"; action: Operation }
  | { is: "object"; secret: { of: string; headers: Readonly<Record<string, string>> } };

export interface DeclaredRoute {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  permission: DeclaredPermission;
  surface: { name: string };
  tokenReach: "anywhere" | "own-project" | "nowhere";
  strict: boolean;
  doc: { summary: string; tag: string };
}

vi.mock("cloudflare:workers", () => ({
  DurableObject: class {},
  WorkerEntrypoint: class {},
  RpcTarget: class {},
  env: {},
  waitUntil: () => {},
}));

const entry: string = "../../edge/app.ts";

export const routes: readonly DeclaredRoute[] = ((await import(entry)) as { routes: readonly DeclaredRoute[] }).routes;

export const label = (r: Pick<DeclaredRoute, "method" | "path">) => `${r.method} ${r.path}`;
