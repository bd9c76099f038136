import { Buffer } from "node:buffer"
import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import * as module from "node:module"
import { dirname, join } from "node:path"
import process from "node:process"
import { Script } from "node:vm"
import { crc32 } from "node:zlib"

/** What a bundle begins with: the checksum of all after it. */
const head = /^\/\/ ([\da-f]{8})\n/

/**
 * Runs a bundle; `name` is that of the machine code which is kept of it. Node's own cache keeps what is compiled before
 * a module runs, this one also what was compiled while it did, which is most of it. **Fails with** what is wrong with
 * the bundle, before anything of it runs.
 */
export const runBundle = (file: string, name: string): void => {
  const bytes = readFileSync(file)
  const [line = "", sum] = head.exec(bytes.toString("latin1", 0, 16)) ?? []
  if (sum === undefined || Number.parseInt(sum, 16) !== crc32(bytes.subarray(line.length))) {
    throw new Error(`${file} is damaged`)
  }
  const folder = module.getCompileCacheDir()
  const kept = folder === undefined ? undefined : join(folder, `stepwright-${sum}-${name}`)
  const cachedData = kept === undefined ? undefined : readKept(kept)
  const script = new Script(`(function (require, module, exports, __filename, __dirname) {${bytes.toString()}\n})`, {
    filename: file,
    ...(cachedData && { cachedData })
  })
  const exported = { exports: {} }
  script.runInThisContext()(module.createRequire(file), exported, exported.exports, file, dirname(file))
  if (kept !== undefined && (cachedData === undefined || script.cachedDataRejected === true)) {
    process.once("exit", () => keep(kept, script.createCachedData()))
  }
}

/** The code that was kept, as it was kept by this user: whoever else could write it would run what they like. */
const readKept = (file: string): Buffer | undefined => {
  let opened: number | undefined
  try {
    opened = openSync(file, "r")
    const { mode, uid } = fstatSync(opened)
    if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o022) !== 0)) return undefined
    const kept = readFileSync(opened)
    const code = kept.subarray(4)
    return kept.readUInt32LE() === crc32(code) ? code : undefined
  } catch {
    return undefined
  } finally {
    if (opened !== undefined) closeSync(opened)
  }
}

const keep = (file: string, code: Buffer): void => {
  const draft = `${file}.${process.pid}`
  try {
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE(crc32(code))
    writeFileSync(draft, Buffer.concat([sum, code]), { flag: "wx", mode: 0o600 })
    renameSync(draft, file)
  } catch {
    rmSync(draft, { force: true })
  }
}
