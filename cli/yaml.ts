/** The YAML library behind one door, so that it is loaded when there is YAML and not before. It is CommonJS: named here once. */
export { parse, stringify } from "yaml";
