/** Reads the audit trail, newest first. */
import { kindsByName } from "#db/kinds/index";
import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";

const kind = kindsByName.auditevent;

interface Wanted {
  /** `field=value` each. */
  fields: readonly string[];
  limit: number;
  since?: string | undefined;
  until?: string | undefined;
}

export async function newest(api: Api, { fields, limit, since, until }: Wanted): Promise<Shown[]> {
  const query = { fieldSelector: fields.join(",") || undefined, limit: String(limit), since, until };
  for await (const page of api.list(kind, query)) return page;
  return [];
}

/** The latest about one resource; undefined where they are not the caller's to see. */
export async function latestAbout(api: Api, resource: string, limit: number): Promise<Shown[] | undefined> {
  try {
    return await newest(api, { fields: [`about=${resource}`], limit });
  } catch (error) {
    if (error instanceof Failure && error.exit === 4) return undefined;
    throw error;
  }
}
