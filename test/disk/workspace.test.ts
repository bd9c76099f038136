import { NodeWorkspace } from "@stepwright/node-runner"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, FileSystem, Path } from "effect"
import { chooser } from "./chooser.ts"
import * as disk from "./disk.ts"
import * as tree from "./tree.ts"

const paths = ["a.py", "src/b.py", "src/deep/c.py"]
const version = (n: number) => paths.map((path) => ({ path, content: `version ${n} of ${path}\n`.repeat(90) }))

const deliver = async (root: tree.Folder, n: number, options: disk.Options = {}) => {
  const on = disk.make(root, options)
  const written = Effect.gen(function* () {
    const workspace = yield* NodeWorkspace.make({ root: "out" })
    return yield* workspace.write(version(n))
  })
  const exit = await Effect.runPromiseExit(
    written.pipe(Effect.scoped, Effect.provideService(FileSystem.FileSystem, on.fileSystem), Effect.provide(Path.layer))
  )
  return { exit, disk: on }
}

/** The texts of all files on a disk, by path, without what the workspace keeps for itself. */
const textsOn = (node: tree.Node | undefined, path = ""): Readonly<Record<string, string>> => {
  if (node?._tag === "File") return { [path]: new TextDecoder().decode(node.bytes) }
  const inner = [...(node?.entries ?? [])].filter(([name]) => name !== ".stepwright" && !name.endsWith(".part"))
  return Object.assign({}, ...inner.map(([name, entry]) => textsOn(entry, path === "" ? name : `${path}/${name}`)))
}

const textsOf = (n: number) => Object.fromEntries(version(n).map(({ content, path }) => [path, content]))

const delivered = (root: tree.Folder) => textsOn(root.entries.get("out"))

/** A disk to which one version was delivered, and the call after the last one of that. */
const prepared = async () => {
  const root = tree.folder()
  await deliver(root, 1)
  return tree.cut(root, chooser(1))
}

const calls = async () => (await deliver(await prepared(), 2)).disk.calls()

/** What is wrong after another version was cut, and a third one delivered, if anything is. */
const problemAt = async (call: number, seed: number, ignores?: (path: string) => boolean) => {
  const root = await prepared()
  const options = { cutAt: call, ...(ignores !== undefined && { ignores }) }
  const { exit } = await deliver(root, 2, options)
  const after = tree.cut(root, chooser(seed))
  const found = delivered(after)
  const [first, second] = [textsOf(1), textsOf(2)]
  if (Exit.isSuccess(exit) && JSON.stringify(found) !== JSON.stringify(second)) return "it was not on the disk"
  for (const path of paths) {
    if (found[path] !== first[path] && found[path] !== second[path]) return `${path} is in parts`
  }
  const last = await deliver(after, 3)
  if (Exit.isFailure(last.exit)) return `it cannot go on: ${last.exit.cause}`
  if (last.exit.value.some(({ outcome }) => outcome === "kept")) return "somebody is blamed"
  return JSON.stringify(delivered(after)) === JSON.stringify(textsOf(3)) ? undefined : "versions are mixed"
}

describe("a workspace on a disk", () => {
  it("is of one version in the end, and blames nobody, wherever the power was cut", async () => {
    const last = await calls()
    // the call after the last: it was all said to be done
    for (let call = 1; call <= last + 1; call++) {
      for (let seed = 0; seed < 3; seed++) {
        // oxlint-disable-next-line no-await-in-loop -- one disk after the other
        assert.isUndefined(await problemAt(call, seed * 1000 + call), `cut at call ${call}, seed ${seed}`)
      }
    }
  })

  it("goes on after any call that failed", async () => {
    const last = await calls()
    for (let at = 1; at <= last; at++) {
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      const root = await prepared()
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      const failed = await deliver(root, 2, { fails: { at, code: "ENOSPC" } })
      if (Exit.isSuccess(failed.exit)) continue
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      const { exit } = await deliver(root, 3)
      assert.isTrue(Exit.isSuccess(exit), `call ${at}: ${JSON.stringify(exit)}`)
      assert.deepStrictEqual(delivered(root), textsOf(3), `call ${at}`)
    }
  })

  it("is on the disk when a killed delivery was made again, and the power is cut then", async () => {
    for (const begin of [async () => tree.folder(), prepared]) {
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      const last = (await deliver(await begin(), 2)).disk.calls()
      for (let call = 1; call <= last; call++) {
        for (let seed = 0; seed < 3; seed++) {
          // oxlint-disable-next-line no-await-in-loop -- one disk after the other
          const root = await begin()
          // oxlint-disable-next-line no-await-in-loop -- one disk after the other
          await deliver(root, 2, { cutAt: call })
          // oxlint-disable-next-line no-await-in-loop -- one disk after the other
          await deliver(root, 2)
          const after = tree.cut(root, chooser(seed * 1000 + call))
          assert.deepStrictEqual(delivered(after), textsOf(2), `killed at call ${call}, seed ${seed}`)
        }
      }
    }
  })

  it("is delivered where no folder can be flushed", async () => {
    const root = tree.folder()
    const { exit } = await deliver(root, 1, { flushesNoFolder: true })
    assert.isTrue(Exit.isSuccess(exit), JSON.stringify(exit))
    assert.deepStrictEqual(delivered(root), textsOf(1))
  })

  it("leaves what a person wrote as it is", async () => {
    const last = await calls()
    for (let call = 1; call <= last + 4; call++) {
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      const root = await prepared()
      const out = root.entries.get("out")
      const file = out?._tag === "Folder" ? out.entries.get("a.py") : undefined
      if (file?._tag === "File") {
        tree.change(file, { _tag: "Truncate", length: 9 })
        tree.flush(file)
      }
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      await deliver(root, 2, { cutAt: call })
      const after = tree.cut(root, chooser(call))
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      await deliver(after, 3)
      const texts = delivered(after)
      assert.strictEqual(texts["a.py"], "version 1", `cut at call ${call}`)
      assert.strictEqual(texts["a.py.new"], textsOf(3)["a.py"], `cut at call ${call}`)
    }
  })

  it("needs each of its flushes", async () => {
    const kindOf = (path: string) => path.replace(/\d{5,}/u, "N")
    const { disk: whole } = await deliver(await prepared(), 2)
    const last = whole.calls()
    for (const kind of new Set(whole.flushed.map(kindOf))) {
      let isMissed = false
      for (let call = last + 1; call > 0 && !isMissed; call--) {
        for (let seed = 0; seed < 12 && !isMissed; seed++) {
          // oxlint-disable-next-line no-await-in-loop -- one disk after the other
          isMissed = (await problemAt(call, seed * 1000 + call, (path) => kindOf(path) === kind)) !== undefined
        }
      }
      assert.isTrue(isMissed, `nobody misses the flush of ${kind}`)
    }
  })
})
