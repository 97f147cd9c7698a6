/** JSON Schema 2020-12, which is OpenAPI 3.1's own dialect, and whatever else of a document is JSON. */
export type JsonSchema = Record<string, unknown>;
