#!/usr/bin/env node
/**
 * The one way in for every npm script: `node infra/setup.mjs VERB ARGUMENT…`. Runs on whatever Node the system has (20 and
 * up) with no package installed; installs what the lock file names, then hands over to the Node that came with it.
 *
 * One entry rather than commands joined by `&&` in package.json: npm's shell remembers where it found `node`, so a second
 * command on the same line would still run on the old one.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { arch, argv, env, execPath, exit, platform, stderr } from "node:process";
import { fileURLToPath } from "node:url";

const began = Date.now();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");

/** Program by verb. `build`: whether it runs what dist/ holds. `foreground`: whether it stays until it is told to end. */
const verbs = {
  start: { program: "infra/launch/start.ts", build: true, foreground: true },
  dev: { program: "infra/launch/dev.ts", build: true, foreground: true },
  stop: { program: "infra/launch/stop.ts", build: false, foreground: false },
  test: { program: "infra/test.ts", build: false, foreground: false },
  bench: { program: "infra/bench/index.ts", build: true, foreground: false },
  drill: { program: "infra/drill/index.ts", build: true, foreground: false },
  build: { program: "infra/build.ts", build: false, foreground: false },
};

const [name = "", ...args] = argv.slice(2);
const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
if (!verb) fail(`There is no "${name}" here. Known: ${Object.keys(verbs).join(", ")}.`, 2);

if (!installed()) install();
link("mcpctl", "../../dist/mcpctl.js");
link("mcplocal", "../../dist/mcplocal.js");
const node = newerNode();
const childEnv = { ...env, PATH: `${join(modules, ".bin")}:${env.PATH ?? ""}` };
if (verb.build) {
  const { status } = spawnSync(node, [join(root, "infra/build.ts"), "--if-stale"], {
    cwd: root,
    env: childEnv,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) fail("Building dist/ failed; the lines above say where.", 1);
}
handOver();

/** Whether node_modules is what the lock file says. npm writes its own record of it last, so a broken-off install has none. */
function installed() {
  const record = join(modules, ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const found = present[path];
    // Optional ones of other platforms are rightly absent.
    return found ? found.version === version && existsSync(join(root, path)) : optional === true;
  });
}

function install() {
  const from = Date.now();
  stderr.write("Installing packages (once, and again when package-lock.json changes; takes about half a minute) …\n");
  const flags = ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--no-update-notifier"];
  // Inside an npm script npm says where it is itself, which also works where it is not in PATH.
  const [command, before] = env.npm_execpath?.endsWith(".js") ? [execPath, [env.npm_execpath]] : ["npm", []];
  const { status, error } = spawnSync(command, [...before, ...flags], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error?.code === "ENOENT") fail("npm was not found. It comes with Node: https://nodejs.org", 1);
  if (status !== 0)
    fail(
      "`npm ci` failed; the lines above say why. Without a network, or behind a proxy, set npm's registry or proxy\n" +
        "(`npm config set registry URL`, `HTTPS_PROXY`) and run the same command again: what was fetched is kept.",
      1,
    );
  stderr.write(`Packages installed in ${Math.round((Date.now() - from) / 1000)} s.\n`);
}

/** The Node that the lock file pins, else this one where it is new enough to run TypeScript. */
function newerNode() {
  const own = join(modules, `node-${platform}-${arch}`, "bin", "node");
  if (existsSync(own)) return own;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)) return execPath;
  return fail(
    `Node 22.18 or newer is needed, and this is ${process.versions.node}. On Linux one comes with the packages unless\n` +
      "optional ones are left out (--omit=optional); elsewhere install one: https://nodejs.org",
    1,
  );
}

/** So that `npx mcpctl` in a clone is the one that was built here, at once and without asking a registry. */
function link(command, target) {
  const path = join(modules, ".bin", command);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() && readlinkSync(path) === target) return;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

function handOver() {
  const program = join(root, verb.program);
  if (!existsSync(program)) fail(`${verb.program} is not part of this checkout.`, 1);
  const child = spawn(node, [program, ...args], {
    cwd: root,
    env: { ...childEnv, MCPCTL_CALLED_FROM: env.INIT_CWD ?? process.cwd(), MCPCTL_BEGAN: String(began) },
    // The channel tells the child when this process dies, however it dies.
    stdio: verb.foreground ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
  });
  child.on("error", (error) => fail(`${node} could not be started: ${error.message}`, 1));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  if (verb.foreground) endWithParent(child);
  child.on("exit", (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else exit(code ?? 1);
  });
}

/**
 * Nothing tells a process that its parent was killed, other than its having another one. The parent is npm itself: the scripts
 * say `exec`, because a shell in between would live on.
 */
function endWithParent(child) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGTERM");
  }, 500).unref();
}

/** @returns {never} */
function fail(message, code) {
  stderr.write(`${message}\n`);
  exit(code);
}
