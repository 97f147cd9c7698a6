/**
 * What a manifest makes of what is there. Fields that it doesn't mention are left alone, objects are merged, lists are
 * replaced, and `null` takes a field away (RFC 7396, as `kubectl apply` treats fields that others own).
 */

type Fields = Readonly<Record<string, unknown>>;
const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null && !Array.isArray(v);

export function overlay(current: Fields, wanted: Fields): Record<string, unknown> {
  const out: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(wanted)) {
    const before = out[key];
    if (value === null) delete out[key];
    else if (isRecord(value)) out[key] = overlay(isRecord(before) ? before : {}, value);
    else out[key] = value;
  }
  return out;
}

/** By value; the order of keys does not matter. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((v, i) => same(v, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && same(a[k], b[k]));
}
