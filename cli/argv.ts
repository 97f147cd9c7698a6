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
  "api-versions": "`mcpctl version` shows the versions, `mcpctl api-resources` the kinds.",
  "auth whoami": "Use `mcpctl whoami`.",
  chat: "Agents don't chat in this version; `mcpctl run MODEL` sends a prompt to a model.",
  "cluster-info": "`mcpctl status` checks the health of the edge.",
  "config get-clusters": "`mcpctl config get-contexts` lists edges.",
  "config set-cluster": "`mcpctl config set-context NAME --edge URL` adds an edge.",
  "config set-credentials":
    "`mcpctl login` gets a credential, `mcpctl config set-context NAME --token-stdin` saves one.",
  "config use": "Use `mcpctl config use-context`.",
  exec: "This version does not run servers.",
  expose: "`mcpctl edit` and `mcpctl apply` change the fields of a server.",
  logs: "This version does not run servers. `mcpctl events` lists the audit events.",
  patch: "`mcpctl edit` changes fields in an editor, `mcpctl apply -f FILE` those that are in the file.",
  replace: "`mcpctl apply -f FILE` changes it to match the file.",
  rollout: "This version does not run servers.",
  scale: "`mcpctl edit server NAME` changes its replicas.",
  set: "`mcpctl edit` changes fields in an editor, `mcpctl apply -f FILE` those that are in the file.",
  top: "This version does not measure usage; `mcpctl events` lists requests.",
  wait: "`mcpctl get -w` shows changes as they happen.",
};

/** @param path words typed, without `mcpctl` */
export const verbInstead = (path: string): string | undefined => (Object.hasOwn(verbs, path) ? verbs[path] : undefined);

const PROJECT = "-p selects a project, -A all projects.";
const PLAIN = "It is not needed: there is only one way.";
const flags: Readonly<Record<string, string>> = {
  "-n": PROJECT,
  "--namespace": PROJECT,
  "--all-namespaces": PROJECT,
  "-k": "Kustomizations are not supported. `kubectl kustomize DIR | mcpctl apply -f -` works.",
  "--kustomize": "Kustomizations are not supported. `kubectl kustomize DIR | mcpctl apply -f -` works.",
  "--kubeconfig": "Contexts are in contexts.yaml in MCPCTL_HOME; --context selects one.",
  "--as-group": "--as takes a service account, such as ci/deployer.",
  "--user": "--token or MCPCTL_TOKEN sets your credential, --context selects an edge and a login.",
  "--server": "--edge sets the edge.",
  "--force": PLAIN,
  "--force-conflicts": PLAIN,
  "--server-side": "`apply` always merges at the edge.",
  "--grace-period": PLAIN,
  "--now": PLAIN,
  "--wait": PLAIN,
  "--cascade": "Its dependents are always deleted with it; other referrers prevent the deletion.",
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
  return file === undefined ? undefined : `Use -f for a file: \`mcpctl ${typed[0]} -f ${file}\`.`;
}
