/** Places in a document, as faults name them: `env[0].valueFrom.secretRef`. */

export type Path = readonly (string | number)[];

/** Zod writes a key that is no identifier as `["a b"]`. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(([, index, quoted, key]) =>
    index !== undefined ? Number(index) : quoted !== undefined ? String(JSON.parse(quoted)) : (key ?? ""),
  );
}

export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** A copy with the parent at `path` changed; as it is where that does not exist. */
function changed<T>(document: T, path: Path, change: (parent: object, step: string | number) => void): T {
  const copy = structuredClone(document);
  const parent = valueAt(copy, path.slice(0, -1));
  const step = path.at(-1);
  if (typeof parent === "object" && parent !== null && step !== undefined) change(parent, step);
  return copy;
}

export const withoutAt = <T>(document: T, path: Path): T =>
  changed(document, path, (parent, step) => {
    if (Array.isArray(parent) && typeof step === "number") parent.splice(step, 1);
    else Reflect.deleteProperty(parent, step);
  });

export const withValue = <T>(document: T, path: Path, value: unknown): T =>
  changed(document, path, (parent, step) => {
    Reflect.set(parent, step, structuredClone(value));
  });
