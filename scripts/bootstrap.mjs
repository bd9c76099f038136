// Installs what is missing, then runs a script with the Node of the installation:
// `node scripts/bootstrap.mjs scripts/demo.ts`. Plain JavaScript without dependencies, for Node 20 or newer.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const isWindows = process.platform === "win32"
const at = (...path) => join(root, ...path)
const node = at("node_modules", "node", "bin", isWindows ? "node.exe" : "node")
const stamp = at("node_modules", ".installed")
const log = at("node_modules", ".install.log")
const packages = readdirSync(at("packages")).filter((name) => existsSync(at("packages", name, "package.json")))

const fail = (sentence) => {
  console.error(sentence)
  process.exit(1)
}

/** What an installation depends on. */
const fingerprint = () => {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`)
  const manifests = packages.map((name) => at("packages", name, "package.json"))
  for (const file of [at("package.json"), at("pnpm-workspace.yaml"), at("pnpm-lock.yaml"), ...manifests]) {
    hash.update(readFileSync(file))
  }
  return hash.digest("hex")
}

const isInstalled = (wanted) =>
  [node, at("node_modules", ".bin"), ...packages.map((name) => at("packages", name, "node_modules"))].every(
    existsSync
  ) &&
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === wanted

const explain = (output) => {
  const has = (pattern) => pattern.test(output)
  if (has(/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|UND_ERR|META_FETCH_FAIL|FETCH_ERROR/i)) {
    return "the package registry cannot be reached. Check the network (or npm's registry and proxy settings) and run this again"
  }
  if (has(/ENOSPC/)) return "the disk is full. Make room (about 1 GB) and run this again"
  if (has(/EACCES|EPERM|EROFS/))
    return "a folder cannot be written. Make this folder and npm's cache writable and run this again"
  if (has(/OUTDATED_LOCKFILE|FROZEN_LOCKFILE/)) {
    return "pnpm-lock.yaml does not fit a package.json. Restore it from git, or run pnpm install"
  }
  const line = output.split("\n").find((text) => /\berr(or)?\b/i.test(text))
  return `pnpm says: ${line?.trim() ?? "nothing"}`
}

const install = () => {
  const { packageManager } = JSON.parse(readFileSync(at("package.json"), "utf8"))
  console.error("Installing the dependencies (once, about a minute) ...")
  const { NODE_ENV: _, ...env } = process.env
  const result = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], {
    cwd: root,
    encoding: "utf8",
    // Three tries within seconds; npm by itself would be silent for over a minute where there is no network.
    env: { npm_config_fetch_retry_mintimeout: "1000", npm_config_fetch_retry_maxtimeout: "5000", ...env, CI: "true" },
    maxBuffer: Infinity,
    shell: isWindows,
    stdio: ["ignore", "pipe", "pipe"]
  })
  if (result.error?.code === "ENOENT")
    fail("npm is missing: install Node.js 20 or newer together with npm, and run this again.")
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`
  try {
    mkdirSync(at("node_modules"), { recursive: true })
    writeFileSync(log, output)
  } catch {
    // A folder that cannot be written is what `explain` reports.
  }
  if (result.status !== 0)
    fail(`The dependencies could not be installed: ${explain(output)}. (Details: node_modules/.install.log)`)
  if (!existsSync(node))
    fail("Node 24 (the npm package node) could not be installed. (Details: node_modules/.install.log)")
}

if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`Node.js 20 or newer is needed, this is ${process.version}: install a newer one and run this again.`)
}
const wanted = fingerprint()
if (!isInstalled(wanted)) {
  install()
  writeFileSync(stamp, wanted)
}

const path = [at("node_modules", ".bin"), dirname(node), process.env.PATH].join(delimiter)
const child = spawn(node, process.argv.slice(2), { cwd: root, stdio: "inherit", env: { ...process.env, PATH: path } })
// A terminal tells both processes; this one only waits for the other's status.
process.on("SIGINT", () => {})
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
child.on("error", (error) =>
  fail(`Node 24 could not be started: ${error.message}. Delete node_modules and run this again.`)
)
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
