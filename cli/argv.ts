/** What is typed, as kubectl's users type it, in the way that the parser reads it. Pure. */

/** `-o=yaml` is `-o yaml`, as pflag has it. What follows `--` is left alone. */
export function spelledOut(typed: readonly string[]): string[] {
  const argv: string[] = [];
  for (const [i, word] of typed.entries()) {
    if (word === "--") return [...argv, ...typed.slice(i)];
    const short = /^(-[A-Za-z])=(.*)$/s.exec(word);
    if (short) argv.push(short[1] ?? "", short[2] ?? "");
    else argv.push(word);
  }
  return argv;
}

/** kubectl's words that mcpctl has no such word for → what to do instead. */
const verbs: Readonly<Record<string, string>> = {
  annotate: "`mcpctl label` sets labels.",
  "api-versions": "`mcpctl version` tells the versions, `mcpctl api-resources` the kinds.",
  "auth whoami": "It is `mcpctl whoami`.",
  chat: "Agents don't chat in this version; `mcpctl run MODEL` asks a model.",
  "cluster-info": "`mcpctl status` tells whether the edge is well.",
  "config get-clusters": "`mcpctl config get-contexts` lists edges.",
  "config set-cluster": "`mcpctl config set-context NAME --edge URL` adds an edge.",
  "config set-credentials":
    "`mcpctl login` gets a credential, `mcpctl config set-context NAME --token-stdin` keeps one.",
  "config use": "It is `mcpctl config use-context`.",
  exec: "Servers are not run in this version.",
  expose: "A server's fields are changed by `mcpctl edit` or `mcpctl apply`.",
  logs: "Servers are not run in this version. What happened at the edge: `mcpctl events`.",
  patch: "`mcpctl edit` changes fields by hand, `mcpctl apply -f FILE` those that the file names.",
  replace: "`mcpctl apply -f FILE` makes it be as the file says.",
  rollout: "Servers are not run in this version.",
  scale: "`mcpctl edit server NAME` changes its replicas.",
  set: "`mcpctl edit` changes fields by hand, `mcpctl apply -f FILE` those that the file names.",
  top: "Use is not counted in this version; `mcpctl events` lists calls.",
  wait: "`mcpctl get -w` shows changes as they come.",
};

/** @param path words typed, without `mcpctl` */
export const verbInstead = (path: string): string | undefined => (Object.hasOwn(verbs, path) ? verbs[path] : undefined);

const PROJECT = "-p names a project; -A looks at all of them.";
const PLAIN = "It is not needed: there is one way to do it.";
const flags: Readonly<Record<string, string>> = {
  "-n": PROJECT,
  "--namespace": PROJECT,
  "--all-namespaces": PROJECT,
  "-k": "Kustomizations are not read. `kubectl kustomize DIR | mcpctl apply -f -` works.",
  "--kustomize": "Kustomizations are not read. `kubectl kustomize DIR | mcpctl apply -f -` works.",
  "--kubeconfig": "Contexts lie in contexts.yaml of MCPCTL_HOME; --context chooses one.",
  "--as-group": "--as takes a service account: ci/deployer.",
  "--user": "--token or MCPCTL_TOKEN is who you are, --context an edge and a login.",
  "--server": "--edge names the edge.",
  "--force": PLAIN,
  "--force-conflicts": PLAIN,
  "--server-side": "`apply` always merges at the edge.",
  "--grace-period": PLAIN,
  "--now": PLAIN,
  "--wait": PLAIN,
  "--cascade": "What belongs to it goes with it; what only refers to it keeps it.",
};

/** @param typed everything on the command line */
export function flagInstead(typed: readonly string[]): string | undefined {
  for (const word of typed) {
    const name = word.replace(/=.*$/s, "");
    if (Object.hasOwn(flags, name)) return flags[name];
  }
  return undefined;
}

/** A file where words are expected: `apply team.yaml`. */
export function fileInstead(typed: readonly string[]): string | undefined {
  const file = typed.find((word) => /\.(ya?ml|json)$|^\.{1,2}$|\/$/i.test(word));
  return file === undefined ? undefined : `A file is given with -f: \`mcpctl ${typed[0]} -f ${file}\`.`;
}
