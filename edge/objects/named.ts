/**
 * Durable Objects of one class, as far as those need them who call them: by name, through the methods that they use. The class itself
 * is known to edge/index.ts alone; whoever imported it would import all that it imports.
 */
export interface Objects<Port> {
  getByName(name: string): Port;
}
