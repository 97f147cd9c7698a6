/** Few colours, and only as a second way to say what the words say already. */

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;
export type Style = keyof typeof codes;

export function paint(text: string, style: Style | undefined, colour: boolean): string {
  if (!colour || !style || text === "") return text;
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

const words: Readonly<Record<string, Style>> = {
  active: "green",
  ok: "green",
  ready: "green",
  yes: "green",
  hibernating: "yellow",
  expired: "yellow",
  pending: "yellow",
  inactive: "red",
  revoked: "red",
  failed: "red",
  no: "red",
  "-": "dim",
};

export const styleOfWord = (word: string): Style | undefined => words[word];
