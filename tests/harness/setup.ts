import { buildProduct, commands, edge } from "../../infra/build.ts";
import { startSharedPostgres } from "./test-store.ts";

/** Once before all tests, so that no two of them build at the same time. @returns the teardown. */
export async function setup(): Promise<() => Promise<void>> {
  const postgres = startSharedPostgres();
  try {
    for (const product of [edge, ...commands]) await buildProduct(product);
  } catch (error) {
    await (await postgres.catch(() => undefined))?.();
    throw error;
  }
  return postgres;
}
