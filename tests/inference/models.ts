/** LLMs put straight into a test's store: these tests are about calling models, not about writing resources. */
import pg from "pg";
import { importSealingKey, seal } from "#db/crypto/sealing";

export interface Model {
  name: string;
  /** Base URL. */
  url: string;
  /** The provider's own name for the model; as the LLM is called where none is given. */
  model?: string;
  /** The provider's key, sealed as the edge seals it. */
  key?: string;
  timeouts?: { firstByte?: number; idle?: number; total?: number };
  providerMayChoose?: boolean;
}

export interface StoreAccess {
  addModel(model: Model): Promise<void>;
  query<T>(text: string, values?: unknown[]): Promise<T[]>;
}

/** @param keyEncryption what the edge under test has as KEY_ENCRYPTION. */
export function storeAccess(databaseUrl: string, keyEncryption: string): StoreAccess {
  const query = async <T>(text: string, values: unknown[] = []): Promise<T[]> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query(text, values)).rows as T[];
    } finally {
      await client.end();
    }
  };
  return {
    query,
    async addModel({ name, url, model = name, key, timeouts, providerMayChoose }) {
      const spec = {
        type: "openai",
        model,
        url,
        tier: "fast",
        ...(providerMayChoose === undefined ? {} : { providerMayChoose }),
        timeouts: { firstByte: 300_000, idle: 120_000, ...timeouts },
        ...(key === undefined ? {} : { apiKeyRef: { name: `${name}-key`, key: "value" } }),
      };
      await query("insert into llm (id, name, spec, status) values ('id-of-' || $1, $1, $2, $3)", [
        name,
        JSON.stringify(spec),
        JSON.stringify({ lifecycle: "public", state: "active" }),
      ]);
      if (key === undefined) return;
      const id = `${name}-key`;
      const sealed = await seal(await importSealingKey(keyEncryption), `secret/${id}`, { value: key });
      await query("insert into secret (id, name, spec, status, sealed) values ($1, $1, $2, $3, $4)", [
        id,
        JSON.stringify({ backend: "default" }),
        JSON.stringify({ keys: ["value"] }),
        JSON.stringify(sealed),
      ]);
      await query("insert into llm_to_secret (from_id, path, to_id) values ('id-of-' || $1, 'apiKeyRef.name', $2)", [
        name,
        id,
      ]);
    },
  };
}

export const testKeyEncryption = Buffer.alloc(32, 7).toString("base64");
