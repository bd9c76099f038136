import { dirname } from "node:path"
import { getuid } from "node:process"
import * as Effect from "effect/Effect"
import type { TestRunner } from "@stepwright/core/TestRunner"
import * as cpython from "./cpython.ts"
import * as python from "./python.ts"

/** What every program of the system needs, links by which Debian chooses among libraries, and a time zone. */
const system = [
  "/usr/lib",
  "/usr/lib64",
  "/lib",
  "/lib64",
  "/etc/ld.so.cache",
  "/etc/alternatives",
  "/bin/sh",
  "/usr/share/zoneinfo"
]

const sizes = { package: 2 ** 28, temporary: 2 ** 28, shared: 2 ** 26 }

/** Apart from all processes of the machine, without rights but those that root keeps, with folders in memory. */
const apart = (isRoot: boolean, kept: ReadonlyArray<string>): ReadonlyArray<string> =>
  [
    ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    isRoot ? ["--cap-drop", "ALL", ...kept.flatMap((right) => ["--cap-add", right])] : ["--unshare-user"],
    ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--setenv", "MALLOC_ARENA_MAX", "2"],
    ["--proc", "/proc", "--dev", "/dev"],
    ["--size", `${sizes.shared}`, "--perms", "1777", "--tmpfs", "/dev/shm"],
    ["--size", `${sizes.temporary}`, "--perms", "1777", "--tmpfs", "/tmp"]
  ].flat()

/** What of the machine can be read, and not written. */
const readable = (parts: ReadonlyArray<string>): ReadonlyArray<string> => [
  // which bwrap makes for its own user only
  ...foldersAbove(bound(parts)).flatMap((folder) => ["--perms", "0755", "--dir", folder]),
  ...bound(parts).flatMap((place) => ["--ro-bind-try", place, place])
]

/** From here on what is there stays as it is, but for what has a folder of its own; the program starts in one. */
const startIn = (folder: string) => ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", folder, "--"]

/**
 * The arguments of `bwrap` for an interpreter: nothing of the machine but that and the libraries of the system, none of it
 * to be written; no network; no process but its own; a folder for the package and one for what is temporary, in memory.
 * Under root it keeps the right to become somebody else, as limits on processes do not hold for root.
 */
const argumentsOf = (
  { parts }: python.Python,
  root: string,
  given: ReadonlyArray<cpython.Given>,
  isRoot: boolean
): ReadonlyArray<string> =>
  [
    apart(isRoot, ["CAP_SETUID", "CAP_SETGID", "CAP_KILL"]),
    ["--unshare-net"],
    readable(parts),
    ["--size", `${sizes.package}`, "--tmpfs", root],
    given.flatMap(({ descriptor, path }) => ["--perms", "0444", "--ro-bind-data", `${descriptor}`, `${root}/${path}`]),
    startIn(root)
  ].flat()

/** What finds names in the network, and who is to be trusted there; no private keys. */
const names = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"]
const trust = ["/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/openssl.cnf", "/etc/ca-certificates"]
const certificates = ["/etc/pki/tls/certs", "/etc/pki/ca-trust", "/usr/share/ca-certificates"]
const network = [...names, ...trust, ...certificates, "/usr/local/share/ca-certificates"]

/** The same for what fills a folder from the network: that, and nothing else, is to be written. */
const argumentsToInstall = (
  { parts }: python.Python,
  folder: string,
  places: ReadonlyArray<string>,
  isRoot: boolean
): ReadonlyArray<string> =>
  [apart(isRoot, []), readable([...parts, ...network, ...places]), ["--bind", folder, folder], startIn(folder)].flat()

/** What is bound: a place in another one is there with that. */
const bound = (parts: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set([...system, ...parts])].filter(
    (place, _, all) => !all.some((other) => other !== place && `${place}/`.startsWith(`${other}/`))
  )

/** The folders that hold places, each once and after those that hold it. */
const foldersAbove = (places: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(
    places.flatMap((place) => {
      const names = dirname(place).split("/").filter(Boolean)
      return names.map((_, i) => `/${names.slice(0, i + 1).join("/")}`).filter((folder) => folder !== "/tmp")
    })
  )
]

export interface Options extends cpython.Options {
  /** The interpreter: the path of one, also of a virtual environment, or a name; `python3` by default. */
  readonly python?: string
}

const root = "/package"

/** A runner, once an interpreter has started in it. */
export const make = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<TestRunner["Service"], python.Missing, cpython.Needs> {
  const bwrap = yield* python.find("bwrap")
  const version = (yield* python.answered(bwrap, ["--version"])).trim().replace(/^bubblewrap /u, "")
  const interpreter = yield* python.locate(options.python)
  const isRoot = getuid?.() === 0
  const placeOf = (interpreter: python.Python): cpython.Place => ({
    identity: `bubblewrap@${version} ${python.nameOf(interpreter)}`,
    python: interpreter,
    isAlone: true,
    isRoot,
    canGive: true,
    root: Effect.succeed(root),
    command: (root, given) => [bwrap, ...argumentsOf(interpreter, root, given, isRoot), interpreter.executable],
    installing: (folder, places) => [
      bwrap,
      ...argumentsToInstall(interpreter, folder, places, isRoot),
      interpreter.executable
    ]
  })
  const [file, ...args] = placeOf(interpreter).command(root, [])
  yield* python.answered(file, [...args, "-I", "-c", ""])
  return yield* cpython.make(placeOf, interpreter, options)
})
