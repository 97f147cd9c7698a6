/** Which rooms of the edge a room may import from, as data. A line that has to be added here is worth a thought. */

/** Files of `edge/` itself that everybody may use: they import none of its rooms but for types. */
const ground = "edge";

export const rooms: Readonly<Record<string, readonly string[]>> = {
  // What knows nothing of requests.
  objects: [],
  cache: ["rights"],
  secrets: [ground],
  audit: [ground, "identity", "objects"],
  // What every request passes.
  identity: [ground, "cache", "http", "objects", "resources", "rights", "sso"],
  rights: [ground, "http", "identity", "objects", "resources"],
  http: [ground, "identity", "kinds", "resources", "rights", "secrets", "sso"],
  // Features. None imports another, but where a line says so.
  login: [ground, "audit", "http", "identity", "rights"],
  sso: [ground, "cache", "http", "identity", "login", "objects", "resources", "rights", "secrets"],
  resources: [ground, "audit", "http", "identity", "kinds", "rights", "watch"],
  kinds: [ground, "http", "identity", "inference", "login", "publishers", "resources", "rights", "secrets"],
  watch: [ground, "http", "identity", "objects", "resources", "rights"],
  inference: [ground, "audit", "cache", "http", "identity", "publishers", "rights", "secrets"],
  publishers: [ground, "http", "identity", "inference", "objects", "resources", "rights"],
  chat: ["http", "resources"],
};

/** The room that a file of the edge stands in; `edge` for those that stand in none. Undefined outside the edge. */
export function roomOf(file: string): string | undefined {
  const [floor, room, ...rest] = file.split("/");
  if (floor !== "edge" || room === undefined) return undefined;
  return rest.length > 0 ? room : ground;
}

/** Why a file of a room may not import another file, or undefined where it may. Pure. */
export function strays(file: string, target: string): string | undefined {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === undefined || to === undefined || from === to || from === ground) return undefined;
  const may = rooms[from];
  if (!may) return `edge/${from} is no room that tests/laws/rooms.ts knows`;
  return may.includes(to) ? undefined : `${file} imports ${target}, but edge/${from} is not said to need edge/${to}`;
}
