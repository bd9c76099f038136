// `npm run soak -- created`: publishes the packages to a registry of its own on loopback, begins a project from there with
// npm, pnpm and yarn, on Node 22 and 24, and runs its tests and the project itself: in a folder and a home that are empty,
// and where bubblewrap is, npm's in a container of nothing but Node. Needs a registry for everything else.
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { build, pack } from "./packed.ts"

const root = dirname(import.meta.dirname)

/** What people use. */
const managers = {
  npm: { begin: ["npm", "create", "--yes", "stepwright@0.0.0", "app"], call: ["npm"] },
  pnpm: {
    begin: ["npx", "--yes", "pnpm@12.21.0", "create", "stepwright", "app"],
    call: ["npx", "--yes", "pnpm@12.21.0"]
  },
  yarn: {
    begin: ["npx", "--yes", "yarn@1.22.22", "create", "stepwright", "app"],
    call: ["npx", "--yes", "yarn@1.22.22"]
  }
}
const nodes = ["22", "24"]
const npm = "12.2.2"
const verdaccio = "6.10.3"

const hasBubblewrap = spawnSync("bwrap", ["--version"]).status === 0

const since = (start: number) => ((performance.now() - start) / 1000).toFixed(0)

const run = (cwd: string, env: NodeJS.ProcessEnv, [command = "", ...args]: ReadonlyArray<string>): string => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: 600_000 })
  const output = `${stdout}${stderr}${error?.message ?? ""}`
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} failed:\n${output}`)
  return output
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  return typeof address === "object" && address !== null ? address.port : 0
}

const isThere = (url: string): Promise<boolean> =>
  fetch(`${url}-/ping`).then(
    ({ ok }) => ok,
    () => false
  )

/** A registry that has what is published to it, and everything else from the one that this machine uses. */
const serve = async (folder: string) => {
  const port = await freePort()
  const env = { ...process.env, HOME: folder }
  const upstream = run(root, process.env, ["npm", "config", "get", "registry"]).trim()
  const rule = (proxy: string) => `{ access: $all, publish: $all, unpublish: $all${proxy} }`
  mkdirSync(folder, { recursive: true })
  // a dependency asks for a tag that not every registry has
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, overrides: { "node-fetch": "2.7.0" } }))
  run(folder, process.env, ["npm", "install", "--no-audit", "--no-fund", `verdaccio@${verdaccio}`])
  writeFileSync(
    join(folder, "config.yaml"),
    [
      `storage: ${join(folder, "storage")}`,
      `uplinks: { upstream: { url: ${JSON.stringify(upstream)}, maxage: 60m } }`,
      `packages: { "@stepwright/*": ${rule("")}, create-stepwright: ${rule("")}, "**": ${rule(", proxy: upstream")} }`,
      "auth: { htpasswd: { file: ./htpasswd } }",
      "log: { type: stdout, level: error }"
    ].join("\n")
  )
  const address = `127.0.0.1:${port}`
  const child = spawn(join(folder, "node_modules", ".bin", "verdaccio"), ["-c", "config.yaml", "-l", address], {
    cwd: folder,
    env,
    stdio: "ignore"
  })
  const url = `http://${address}/`
  // oxlint-disable-next-line no-await-in-loop -- looks again and again
  while (!(await isThere(url))) {
    if (child.exitCode !== null) throw new Error("the registry did not start")
    // oxlint-disable-next-line no-await-in-loop -- likewise
    await setTimeout(200)
  }
  return { url, address, end: () => child.kill() }
}

const folder = mkdtempSync(join(tmpdir(), "stepwright-created-"))
let registry: Awaited<ReturnType<typeof serve>> | undefined
try {
  const began = performance.now()
  registry = await serve(join(folder, "registry"))
  console.log(`a registry of its own in ${since(began)} s`)
  const token = [`--registry=${registry.url}`, `--//${registry.address}/:_authToken=anyone`]
  await build()
  for (const tarball of pack(join(folder, "tarballs"))) run(folder, process.env, ["npm", "publish", tarball, ...token])
  console.log(`the packages are in it after ${since(began)} s`)
  for (const version of nodes) {
    const home = join(folder, `node-${version}`)
    mkdirSync(home)
    run(home, process.env, [
      "npm",
      "install",
      "--prefix",
      home,
      "--no-audit",
      "--no-fund",
      `node@${version}`,
      `npm@${npm}`
    ])
    for (const [name, { begin, call }] of Object.entries(managers)) {
      const place = join(home, name)
      mkdirSync(place)
      writeFileSync(join(place, ".npmrc"), `registry=${registry.url}\n`)
      writeFileSync(join(place, ".yarnrc"), "network-timeout 600000\n")
      const env = {
        HOME: place,
        PATH: [join(home, "node_modules", "node", "bin"), process.env["PATH"]].join(delimiter),
        // a version of this minute is meant
        pnpm_config_minimum_release_age: "0"
      }
      const start = performance.now()
      run(place, env, begin)
      const app = join(place, "app")
      run(app, env, [...call, "install"])
      const took = since(start)
      const installed = performance.now()
      const tests = run(app, env, [...call, "test"])
      if (!/pass [1-9]/.test(tests) || !/fail 0/.test(tests)) throw new Error(`${name}, Node ${version}:\n${tests}`)
      const started = run(app, env, [...call, "start"])
      if (!started.includes("COMPLETED")) throw new Error(`${name}, Node ${version}:\n${started}`)
      run(app, env, [...call, "run", "typecheck"])
      console.log(`${name}, Node ${version}: begun and installed in ${took} s, tested and run in ${since(installed)} s`)
    }
    if (hasBubblewrap) {
      const start = performance.now()
      alone(join(home, "npm", "app"), join(home, "node_modules"))
      console.log(`npm, Node ${version}, nothing but that in a container: tested and run in ${since(start)} s`)
    }
  }
  if (!hasBubblewrap) console.log("not tried in a container: there is no bubblewrap here")
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  registry?.end()
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Tests and runs a project where there is nothing else: no network, no home, no file of the machine but the libraries of
 * Node, a shell, in which npm calls scripts, and `env`, which starts them.
 */
function alone(app: string, tools: string): void {
  const programs = ["/bin/sh", "/usr/bin/env"]
  const libraries = new Set([join(tools, "node", "bin", "node"), ...programs].flatMap(librariesOf))
  const system = [...programs, ...libraries].flatMap((file) => ["--ro-bind", file, file])
  const binds = ["--bind", app, "/app", "--ro-bind", tools, "/tools", "--tmpfs", "/tmp", "--tmpfs", "/home"]
  const within = ["--proc", "/proc", "--dev", "/dev", "--unshare-all", "--die-with-parent", "--clearenv"]
  const env = ["--setenv", "HOME", "/home", "--setenv", "PATH", "/tools/node/bin:/tools/.bin:/bin"]
  const script = "npm test 2>&1 && npm start 2>&1"
  const place = [...system, ...within, ...binds, ...env, "--chdir", "/app"]
  const output = run("/", process.env, ["bwrap", ...place, "/bin/sh", "-c", script])
  if (!/fail 0/.test(output) || !output.includes("COMPLETED")) throw new Error(output)
}

/** The libraries that a program loads, as the system finds them. */
function librariesOf(program: string): ReadonlyArray<string> {
  const listed = run("/", process.env, ["ldd", program])
  return Array.from(listed.matchAll(/(?:^|=>)\s*(\/\S+) \(/gm), ([, library = ""]) => library)
}
