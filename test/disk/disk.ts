import { Effect, FileSystem, Option, PlatformError } from "effect"
import * as tree from "./tree.ts"

/** What the system says no with, and its number. */
const faults = {
  ENOENT: ["NotFound", -2],
  EPERM: ["PermissionDenied", -1],
  EIO: ["Unknown", -5],
  EEXIST: ["AlreadyExists", -17],
  ENOTDIR: ["BadResource", -20],
  EISDIR: ["BadResource", -21],
  EMFILE: ["Unknown", -24],
  ENOSPC: ["Unknown", -28],
  ENOTEMPTY: ["Unknown", -39]
} as const

export type Code = keyof typeof faults

class Refused {
  readonly code: Code
  constructor(code: Code) {
    this.code = code
  }
}

const refuse = (code: Code): never => {
  throw new Refused(code)
}

const errorOf = (method: string, path: string, code: Code) => {
  const [_tag, errno] = faults[code]
  const cause = Object.assign(new Error(code), { code, errno })
  return PlatformError.systemError({ _tag, module: "FileSystem", method, pathOrDescriptor: path, cause })
}

export interface Options {
  /** The call at which the power is cut: it and all after it do nothing, and fail. */
  readonly cutAt?: number
  /** A call that fails; a write with `ENOSPC` has written a part by then. */
  readonly fails?: { readonly at: number; readonly code: Code }
  /** Flushes that say they are done and are not: by what is flushed, a folder's name ending in a slash. */
  readonly ignores?: (path: string) => boolean
  /** Folders are opened, and none is flushed: what Windows does. */
  readonly flushesNoFolder?: boolean
}

export interface Disk {
  readonly fileSystem: FileSystem.FileSystem
  readonly calls: () => number
  readonly isCut: () => boolean
  /** What was flushed, in order. */
  readonly flushed: ReadonlyArray<string>
}

const namesIn = (path: string): ReadonlyArray<string> => path.split("/").filter((part) => part !== "" && part !== ".")

/** A file system on a disk in memory, which can be cut, and whose calls can fail. */
export const make = (
  root: tree.Folder,
  { cutAt, fails, flushesNoFolder = false, ignores = () => false }: Options = {}
): Disk => {
  let calls = 0
  let isCut = false
  const flushed: Array<string> = []

  const call = <A>(
    method: string,
    path: string,
    work: (isFailing: boolean) => A
  ): Effect.Effect<A, PlatformError.PlatformError> =>
    Effect.suspend(() => {
      calls++
      isCut ||= calls === cutAt
      if (isCut) return Effect.fail(errorOf(method, path, "EIO"))
      const isFailing = calls === fails?.at
      try {
        const done = isFailing && method !== "writeAll" ? refuse(fails.code) : work(isFailing)
        return Effect.succeed(done)
      } catch (error) {
        return error instanceof Refused ? Effect.fail(errorOf(method, path, error.code)) : Effect.die(error)
      }
    })

  const find = (path: string): tree.Node | undefined => {
    let node: tree.Node | undefined = root
    for (const part of namesIn(path)) {
      if (node?._tag === "File") return refuse("ENOTDIR")
      node = node?.entries.get(part)
    }
    return node
  }
  const at = (path: string): tree.Node => find(path) ?? refuse("ENOENT")
  const fileAt = (path: string): tree.File => {
    const node = at(path)
    return node._tag === "File" ? node : refuse("EISDIR")
  }
  const folderAt = (path: string): tree.Folder => {
    const node = at(path)
    return node._tag === "Folder" ? node : refuse("ENOTDIR")
  }
  /** The folder that a path is in, and its name there. */
  const placeOf = (path: string): readonly [tree.Folder, string] => {
    const names = namesIn(path)
    return [folderAt(names.slice(0, -1).join("/")), names.at(-1) ?? refuse("EEXIST")]
  }

  const opened = (path: string, flag: FileSystem.OpenFlag): tree.Node => {
    const node = find(path)
    if (flag === "r") return node ?? refuse("ENOENT")
    if (node === undefined) {
      const [folder, name] = placeOf(path)
      const made = tree.file()
      tree.name(folder, [name, made])
      return made
    }
    if (flag.includes("x")) return refuse("EEXIST")
    if (node._tag === "Folder") return refuse("EISDIR")
    if (flag.startsWith("w")) tree.change(node, { _tag: "Truncate", length: 0 })
    return node
  }

  const write = (node: tree.Node, bytes: Uint8Array, isFailing: boolean): void => {
    if (node._tag === "Folder") return refuse("EISDIR")
    const written = isFailing ? bytes.subarray(0, bytes.length >> 1) : bytes
    if (written.length > 0) tree.change(node, { _tag: "Write", at: node.bytes.length, bytes: written.slice() })
    if (isFailing) refuse(fails!.code)
  }

  const open = (path: string, { flag = "r" }: { readonly flag?: FileSystem.OpenFlag | undefined } = {}) =>
    Effect.map(
      call("open", path, () => opened(path, flag)),
      (node): Pick<FileSystem.File, "sync" | "writeAll"> => {
        const shown = node._tag === "Folder" ? `${path}/` : path
        return {
          sync: call("sync", path, () => {
            if (flushesNoFolder && node._tag === "Folder") return refuse("EPERM")
            flushed.push(shown)
            if (!ignores(shown)) tree.flush(node)
          }),
          writeAll: (bytes) => call("writeAll", path, (isFailing) => write(node, bytes, isFailing))
        }
      }
    )

  const writeFile = (
    path: string,
    bytes: Uint8Array,
    { flag = "w" }: { readonly flag?: FileSystem.OpenFlag | undefined } = {}
  ) => Effect.scoped(Effect.flatMap(open(path, { flag }), (file) => file.writeAll(bytes)))

  const makeDirectory = (path: string, isRecursive: boolean): void => {
    const names = namesIn(path)
    if (!isRecursive && find(path) !== undefined) return refuse("EEXIST")
    for (let i = isRecursive ? 1 : names.length; i <= names.length; i++) {
      const above = names.slice(0, i).join("/")
      const node = find(above)
      if (node?._tag === "File") return refuse(i === names.length ? "EEXIST" : "ENOTDIR")
      if (node !== undefined) continue
      const [folder, name] = placeOf(above)
      tree.name(folder, [name, tree.folder()])
    }
  }

  const remove = (path: string, isRecursive: boolean): void => {
    const node = at(path)
    const [folder, name] = placeOf(path)
    if (node._tag === "Folder") {
      if (!isRecursive) return refuse("EISDIR")
      for (const inner of node.entries.keys()) remove(`${path}/${inner}`, true)
    }
    tree.name(folder, [name, undefined])
  }

  const link = (from: string, to: string): void => {
    at(from)
    const [target, name] = placeOf(to)
    if (target.entries.has(name)) return refuse("EEXIST")
    tree.name(target, [name, fileAt(from)])
  }

  const rename = (from: string, to: string): void => {
    const [source, before] = placeOf(from)
    const [target, after] = placeOf(to)
    const node = at(from)
    const there = target.entries.get(after)
    if (there === node) return
    if (`${to}/`.startsWith(`${from}/`)) return refuse("EIO")
    if (there !== undefined && there._tag !== node._tag) return refuse(there._tag === "Folder" ? "EISDIR" : "ENOTDIR")
    if (there?._tag === "Folder" && there.entries.size > 0) return refuse("ENOTEMPTY")
    if (source === target) return tree.name(source, [before, undefined], [after, node])
    tree.name(target, [after, node])
    tree.name(source, [before, undefined])
  }

  const copyFile = (from: string, to: string): void => {
    const { bytes, mode } = fileAt(from)
    if (find(to) === fileAt(from)) return
    const target = opened(to, "w")
    write(target, bytes, false)
    if (target._tag === "File") target.mode = mode
  }

  const stat = (path: string) => {
    const node = at(path)
    return {
      type: node._tag === "File" ? "File" : "Directory",
      mtime: Option.some(new Date(node.time)),
      ino: Option.some(BigInt(node.id)),
      size: BigInt(node._tag === "File" ? node.bytes.length : 0),
      mode: node._tag === "File" ? node.mode : 0o755
    } as FileSystem.File.Info
  }

  const fileSystem = FileSystem.makeNoop({
    access: (path) => call("access", path, () => void at(path)),
    exists: (path) => call("exists", path, () => find(path) !== undefined),
    stat: (path) => call("stat", path, () => stat(path)),
    realPath: (path) => call("realPath", path, () => (at(path), `/${namesIn(path).join("/")}`)),
    readLink: (path) => call("readLink", path, () => (at(path), refuse("EIO"))),
    readDirectory: (path) => call("readDirectory", path, () => [...folderAt(path).entries.keys()]),
    readFile: (path) => call("readFile", path, () => fileAt(path).bytes.slice()),
    readFileString: (path) => call("readFileString", path, () => new TextDecoder().decode(fileAt(path).bytes)),
    makeDirectory: (path, options) =>
      call("makeDirectory", path, () => makeDirectory(path, options?.recursive === true)),
    // a file of ours is opened to be written and flushed, and never read
    open: (path, options) => open(path, options) as Effect.Effect<FileSystem.File, PlatformError.PlatformError>,
    writeFile,
    writeFileString: (path, text, options) => writeFile(path, new TextEncoder().encode(text), options),
    chmod: (path, mode) => call("chmod", path, () => void (fileAt(path).mode = mode)),
    link: (from, to) => call("link", from, () => link(from, to)),
    rename: (from, to) => call("rename", from, () => rename(from, to)),
    remove: (path, { force = false, recursive = false } = {}) =>
      call("remove", path, () => (force && find(path) === undefined ? undefined : remove(path, recursive))),
    copyFile: (from, to) => call("copyFile", from, () => copyFile(from, to))
  })
  return { fileSystem, calls: () => calls, isCut: () => isCut, flushed }
}
