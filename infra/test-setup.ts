import { buildProduct, commands, edge } from "./build.ts";

/** Once before all tests, so that no two of them build at the same time. */
export async function setup(): Promise<void> {
  for (const product of [edge, ...commands]) await buildProduct(product);
}
