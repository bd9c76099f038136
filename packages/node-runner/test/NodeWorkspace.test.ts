import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { type SourceFile, Workspace } from "@stepwright/core/Workspace"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Arbitrary, Effect, FileSystem, PlatformError, Schema } from "effect"
import * as NodeWorkspace from "../src/NodeWorkspace.ts"

/** A folder with a workspace `root` in it, so that what lands outside is seen. */
const inFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "workspace "))
      mkdirSync(join(folder, "root"))
      return folder
    }),
    use,
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

const write = (folder: string, files: Readonly<Record<string, string>>, force = false) =>
  Effect.flatMap(Workspace, (workspace) =>
    workspace.write(Object.entries(files).map(([path, content]): SourceFile => ({ path, content })))
  ).pipe(Effect.provide(NodeWorkspace.layer({ root: join(folder, "root"), force })))

const read = (folder: string, path: string) =>
  Effect.flatMap(Workspace, (workspace) => workspace.read(path)).pipe(
    Effect.provide(NodeWorkspace.layer({ root: join(folder, "root") }))
  )

/** Something that is neither a file nor a folder, for as long as it is used. */
const socket = (folder: string, path: string) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer()
      server.listen(join(folder, "root", path), () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  )

/** The file system of the machine, on which something else is done right before one of its calls. */
const disturbed = (fs: FileSystem.FileSystem, at: number, disturb: () => void) => {
  let calls = 0
  const before = () => {
    if (++calls === at) disturb()
  }
  const fileSystem = new Proxy(fs, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== "function") return member
      return (...args: ReadonlyArray<unknown>) => {
        const made: unknown = Reflect.apply(member, target, args)
        return Effect.isEffect(made) ? Effect.suspend(() => (before(), made)) : made
      }
    }
  })
  return { fileSystem, calls: () => calls }
}

const text = (folder: string, path: string) => readFileSync(join(folder, "root", path), "utf8")

/** Every file below a folder, but for the workspace's own. */
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(".stepwright"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()

describe("NodeWorkspace", () => {
  describe("write", () => {
    it.effect("overwrites what a person changed where it is told to", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          yield* write(folder, { "a.py": "1" })
          writeFileSync(join(folder, "root", "a.py"), "mine")
          yield* write(folder, { "a.py": "2" })
          writeFileSync(join(folder, "root", "a.py.new"), "mine too")
          yield* write(folder, { "a.py": "3" }, true)
          assert.strictEqual(text(folder, "a.py"), "3")
          assert.strictEqual(text(folder, "a.py.new"), "mine too")
        })
      )
    )

    it.effect("restores what was deleted", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          yield* write(folder, { "a.py": "1" })
          rmSync(join(folder, "root", "a.py"))
          assert.deepStrictEqual(yield* write(folder, { "a.py": "1" }), [{ path: "a.py", outcome: "written" }])
          assert.strictEqual(text(folder, "a.py"), "1")
        })
      )
    )

    it.effect("refuses links that lead out, and follows those that stay", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          mkdirSync(join(folder, "outside"))
          mkdirSync(join(folder, "root", "inside"))
          symlinkSync(join(folder, "outside"), join(folder, "root", "out"))
          symlinkSync(join(folder, "nowhere"), join(folder, "root", "dangling.py"))
          symlinkSync("inside", join(folder, "root", "in"))
          writeFileSync(join(folder, "outside", "secret.py"), "secret")
          symlinkSync(join(folder, "outside", "secret.py"), join(folder, "root", "secret.py"))
          for (const path of ["out/a.py", "dangling.py", "secret.py"]) {
            const error = yield* Effect.flip(write(folder, { [path]: "x" }, true))
            assert.include(error.message, "link that leads")
          }
          assert.strictEqual(readFileSync(join(folder, "outside", "secret.py"), "utf8"), "secret")
          assert.isFalse(existsSync(join(folder, "nowhere")))
          yield* write(folder, { "in/a.py": "x" })
          assert.strictEqual(text(folder, "inside/a.py"), "x")
        })
      )
    )

    it.effect("follows no link in its own folder or in place of a file that it is about to write", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          mkdirSync(join(folder, "outside"))
          writeFileSync(join(folder, "outside", "theirs"), "theirs")
          symlinkSync(join(folder, "outside", "theirs"), join(folder, "root", ".a.py.part"))
          yield* write(folder, { "a.py": "x" })
          assert.strictEqual(readFileSync(join(folder, "outside", "theirs"), "utf8"), "theirs")
          rmSync(join(folder, "root", ".stepwright"), { recursive: true })
          symlinkSync(join(folder, "outside"), join(folder, "root", ".stepwright"))
          const error = yield* Effect.flip(write(folder, { "b.py": "x" }))
          assert.include(error.message, ".stepwright: it is a link")
          assert.deepStrictEqual(filesOf(folder), ["outside/theirs", "root/a.py"])
        })
      )
    )

    it.effect("leaves a person's files of any name, and puts none of what it writes over another", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          writeFileSync(join(folder, "root", ".a.py.part"), "mine")
          yield* write(folder, { "a.py": "1" })
          assert.strictEqual(text(folder, ".a.py.part"), "mine")
          yield* write(folder, { ".b.py.part": "part", "b.py": "2" })
          assert.deepStrictEqual(filesOf(folder), ["root/.a.py.part", "root/.b.py.part", "root/a.py", "root/b.py"])
          assert.strictEqual(text(folder, ".b.py.part"), "part")
        })
      )
    )

    it.effect("compares bytes: a file that only looks like the text is a person's", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          for (const [bytes, content] of [
            [[0xff], "\ufffd"],
            [[0xef, 0xbb, 0xbf, 0x61], "a"],
            [[0x61, 0x0d, 0x0a], "a\n"],
            [[0x65, 0xcc, 0x81], "\u00e9"],
            [[0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"]
          ] as const) {
            writeFileSync(join(folder, "root", "a.py"), new Uint8Array(bytes))
            const [kept] = yield* write(folder, { "a.py": content })
            assert.strictEqual(kept?.outcome, "kept")
            assert.deepStrictEqual([...readFileSync(join(folder, "root", "a.py"))], [...bytes])
          }
        })
      )
    )

    it.effect("takes what it had written before it was stopped half-way as its own", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          yield* write(folder, { "a.py": "1" })
          const fs = yield* FileSystem.FileSystem
          const full = PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method: "rename" })
          const workspace = yield* NodeWorkspace.make({ root: join(folder, "root") }).pipe(
            Effect.provideService(FileSystem.FileSystem, {
              ...fs,
              rename: (from, to) => (to.endsWith("/c.py") ? Effect.fail(full) : fs.rename(from, to))
            })
          )
          const error = yield* Effect.flip(
            workspace.write(["a.py", "b.py", "c.py"].map((path) => ({ path, content: "2" })))
          )
          assert.strictEqual(error.path, "c.py")
          assert.deepStrictEqual([text(folder, "a.py"), text(folder, "b.py")], ["2", "2"])
          const again = yield* write(folder, { "a.py": "3", "b.py": "3" })
          assert.deepStrictEqual(
            again.map(({ outcome }) => outcome),
            ["written", "written"]
          )
        })
      ).pipe(Effect.provide(NodeServices.layer))
    )

    it.effect("is stopped between writing and removing, and does what is left the next time", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          const root = join(folder, "root")
          const before = ["a.py", "pkg/b.py", "c.py"].map((path) => ({ path, content: "1" }))
          const after = [{ path: "a.py", content: "2" }]
          yield* Effect.flatMap(NodeWorkspace.make({ root }), ({ write }) => write(before))
          const fs = yield* FileSystem.FileSystem
          const full = PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method: "remove" })
          const stopped = yield* NodeWorkspace.make({ root }).pipe(
            Effect.provideService(FileSystem.FileSystem, {
              ...fs,
              remove: (path, options) => (path.endsWith("/c.py") ? Effect.fail(full) : fs.remove(path, options))
            })
          )
          assert.strictEqual((yield* Effect.flip(stopped.write(after, before))).path, "c.py")
          assert.deepStrictEqual(filesOf(root), ["a.py", "c.py"])
          const written = yield* Effect.flatMap(NodeWorkspace.make({ root }), ({ write }) => write(after, before))
          assert.deepStrictEqual(written, [
            { path: "a.py", outcome: "unchanged" },
            { path: "c.py", outcome: "removed" }
          ])
          assert.deepStrictEqual(filesOf(root), ["a.py"])
          // and knows no file that is gone
          const { files, writing } = JSON.parse(text(folder, ".stepwright/files.json"))
          assert.deepStrictEqual([Object.keys(files), writing], [["a.py"], undefined])
        })
      ).pipe(Effect.provide(NodeServices.layer))
    )

    it.effect("removes nothing by a link, and leaves what a person put in the place of a file", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          const root = join(folder, "root")
          mkdirSync(join(folder, "outside"))
          writeFileSync(join(folder, "outside", "b.py"), "1")
          symlinkSync(join(folder, "outside"), join(root, "pkg"))
          mkdirSync(join(root, "c.py"))
          writeFileSync(join(root, "d.py"), new Uint8Array([0xff]))
          const replaced = ["pkg/b.py", "c.py", "d.py"].map((path) => ({ path, content: "1" }))
          const { write } = yield* NodeWorkspace.make({ root })
          assert.deepStrictEqual(yield* write([{ path: "a.py", content: "2" }], replaced), [
            { path: "a.py", outcome: "written" },
            ...replaced.map(({ path }) => ({ path, outcome: "kept" as const }))
          ])
          assert.isTrue(existsSync(join(folder, "outside", "b.py")))
          assert.isTrue(existsSync(join(root, "c.py")))
        })
      ).pipe(Effect.provide(NodeServices.layer))
    )

    it.effect("keeps what may be done with a file that it replaces", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          yield* write(folder, { "run.sh": "1" })
          chmodSync(join(folder, "root", "run.sh"), 0o755)
          yield* write(folder, { "run.sh": "2" })
          assert.strictEqual(statSync(join(folder, "root", "run.sh")).mode & 0o777, 0o755)
        })
      )
    )

    it.effect("puts what it writes beside a file into none of the others", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          writeFileSync(join(folder, "root", "a.py"), "mine")
          const [kept] = yield* write(folder, { "a.py": "1", "a.py.new": "2" })
          assert.strictEqual(kept?.beside, "a.py.new2")
          assert.strictEqual(text(folder, "a.py.new"), "2")
        })
      )
    )

    for (const [name, there, files, says] of [
      ["two that differ in case only", {}, { "a.py": "1", "A.py": "2" }, "in case only"],
      ["folders that differ in case only", {}, { "pkg/a.py": "1", "Pkg/b.py": "2" }, "in case only"],
      ["one that differs in case from what is there", { "Readme.md": "x" }, { "README.md": "1" }, "in case only"],
      ["one that is a file and a folder", {}, { a: "1", "a/b": "2" }, "a folder of another path"],
      ["a file in the place of a folder", { "a/b": "x" }, { a: "1" }, "a folder is there"],
      ["a folder in the place of a file", { a: "x" }, { "a/b": "1" }, "is a file, not a folder"]
    ] as const) {
      it.effect(`refuses ${name}, with nothing written`, () =>
        inFolder((folder) =>
          Effect.gen(function* () {
            yield* write(folder, there)
            const before = filesOf(folder)
            const error = yield* Effect.flip(write(folder, { "good.py": "1", ...files }))
            assert.include(error.message, says)
            assert.deepStrictEqual(filesOf(folder), before)
          })
        )
      )
    }

    for (const [name, link, target, path] of [
      ["git's folder", "link", ".git", "link/hooks/pre-commit"],
      ["a folder in git's", "deep/link", "../.git/hooks", "deep/link/pre-commit"],
      ["its own folder", "link", ".stepwright", "link/files.json"],
      ["git's folder of a part", "link", "part/.git", "link/config"]
    ] as const) {
      it.effect(`refuses a link that leads into ${name}, with nothing written`, () =>
        inFolder((folder) =>
          Effect.gen(function* () {
            const root = join(folder, "root")
            for (const made of [".git/hooks", ".stepwright", "part/.git", "deep"])
              mkdirSync(join(root, made), { recursive: true })
            symlinkSync(target, join(root, link))
            for (const force of [false, true]) {
              const error = yield* Effect.flip(write(folder, { "good.py": "1", [path]: "2" }, force))
              assert.include(error.message, "link that leads into")
            }
            assert.deepStrictEqual(filesOf(folder), [])
          })
        )
      )
    }

    for (const [what, swapped, path] of [
      ["a folder of the path", "pkg", "pkg/a.py"],
      ["a folder above that of the file", "pkg", "pkg/deep/a.py"],
      ["a folder that is made for it", "pkg/new", "pkg/new/a.py"],
      ["its own folder", ".stepwright", "a.py"]
    ] as const) {
      it.effect.each([
        ["", true],
        [", on a system without names for what is open", false]
      ] as const)(`writes nothing elsewhere when ${what} becomes a link meanwhile%s`, ([, hasNames]) =>
        Effect.gen(function* () {
          const system = yield* FileSystem.FileSystem
          const isName = (path: string) => path.startsWith("/proc/")
          const exists = (path: string) => (!hasNames && isName(path) ? Effect.succeed(false) : system.exists(path))
          const fs = { ...system, exists }
          const writeAt = (at: number) =>
            inFolder((folder) =>
              Effect.gen(function* () {
                const root = join(folder, "root")
                const outside = join(folder, "outside")
                mkdirSync(join(root, "pkg"))
                mkdirSync(join(outside, "deep"), { recursive: true })
                const { calls, fileSystem } = disturbed(fs, at, () => {
                  const place = join(root, swapped)
                  if (existsSync(place)) renameSync(place, `${place} of before`)
                  symlinkSync(outside, place)
                })
                const workspace = Effect.provideService(
                  NodeWorkspace.make({ root, force: true }),
                  FileSystem.FileSystem,
                  fileSystem
                )
                yield* Effect.exit(Effect.flatMap(workspace, ({ write }) => write([{ path, content: "1" }])))
                assert.deepStrictEqual(filesOf(outside), [], `at call ${at}`)
                if (hasNames) assert.deepStrictEqual(readdirSync(outside, { recursive: true }), ["deep"])
                return calls()
              })
            )
          const calls = yield* writeAt(0)
          assert.isAbove(calls, 10)
          for (let at = 1; at <= calls; at++) yield* writeAt(at)
        }).pipe(Effect.provide(NodeServices.layer))
      )
    }

    for (const [name, target, path] of [
      ["a folder of hooks", ".husky", "link/pre-commit"],
      ["an editor's folder, deep", "part/.vscode", "link/tasks.json"],
      ["a folder in which a file acts on its own", ".github", "link/workflows/ci.yml"]
    ] as const) {
      it.effect(`refuses a link that leads into ${name}, with nothing written`, () =>
        inFolder((folder) =>
          Effect.gen(function* () {
            const root = join(folder, "root")
            mkdirSync(join(root, target), { recursive: true })
            symlinkSync(target, join(root, "link"))
            const error = yield* Effect.flip(write(folder, { "good.py": "1", [path]: "2" }, true))
            assert.include(error.message, `by a link: such a file acts on its own`)
            assert.deepStrictEqual(filesOf(folder), [])
          })
        )
      )
    }

    it.effect("refuses two paths that links make one file, with nothing written", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          mkdirSync(join(folder, "root", "a"))
          symlinkSync("a", join(folder, "root", "b"))
          for (const [one, other] of [
            ["a/x.py", "b/x.py"],
            ["b/deep/x.py", "a/deep/x.py"]
          ] as const) {
            const error = yield* Effect.flip(write(folder, { [one]: "1", [other]: "2" }))
            assert.include(error.message, `it is the file "${one}"`)
          }
          assert.deepStrictEqual(filesOf(folder), [])
        })
      )
    )

    it.effect("refuses what is neither a file nor a folder, rather than to wait for it", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          yield* socket(folder, "pipe.py")
          for (const path of ["pipe.py", "pipe.py/a"]) {
            for (const force of [false, true]) {
              const error = yield* Effect.flip(write(folder, { "good.py": "1", [path]: "2" }, force))
              assert.include(error.message, `"pipe.py" is neither a file nor a folder`)
            }
          }
          const error = yield* Effect.flip(read(folder, "pipe.py"))
          assert.include(error.message, `"pipe.py" is neither a file nor a folder`)
          assert.deepStrictEqual(filesOf(folder), [])
        }).pipe(Effect.scoped)
      )
    )

    it.effect("goes round whatever is in the place of the file beside", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          const root = join(folder, "root")
          writeFileSync(join(root, "a.py"), "mine")
          mkdirSync(join(root, "a.py.new"))
          symlinkSync("/etc/hostname", join(root, "a.py.new2"))
          symlinkSync("nowhere", join(root, "a.py.new3"))
          yield* socket(folder, "a.py.new4")
          assert.deepStrictEqual(yield* write(folder, { "a.py": "1" }), [
            { path: "a.py", outcome: "kept", beside: "a.py.new5" }
          ])
          assert.strictEqual(text(folder, "a.py.new5"), "1")
        }).pipe(Effect.scoped)
      )
    )

    it.effect("writes beside a file of the longest name", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          const name = "n".repeat(200)
          writeFileSync(join(folder, "root", name), "mine")
          assert.deepStrictEqual(yield* write(folder, { [name]: "1" }), [
            { path: name, outcome: "kept", beside: `${name}.new` }
          ])
        })
      )
    )

    it.effect("says in words what the disk refuses, and of which file", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          const record = join(folder, "root", ".stepwright", "files.json")
          mkdirSync(record, { recursive: true })
          assert.include(
            (yield* Effect.flip(write(folder, { "a.py": "1" }))).message,
            ".stepwright/files.json: illegal operation on a directory"
          )
          rmSync(join(folder, "root"), { recursive: true })
          writeFileSync(join(folder, "root"), "")
          const error = yield* Effect.flip(write(folder, { "a.py": "1" }))
          assert.notMatch(error.message, /FileSystem|BadResource|Unknown/)
        })
      )
    )

    it.effect("refuses to go on where its record cannot be read, and leaves it", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          yield* write(folder, { "a.py": "1" })
          writeFileSync(join(folder, "root", ".stepwright", "files.json"), "{")
          const error = yield* Effect.flip(write(folder, { "a.py": "2" }))
          assert.include(error.message, ".stepwright/files.json")
          assert.strictEqual(text(folder, "a.py"), "1")
          assert.strictEqual(text(folder, ".stepwright/files.json"), "{")
        })
      )
    )

    const names = Schema.Literals([
      "a",
      "B",
      "..",
      ".",
      "",
      ".git",
      "\0",
      "\\..\\",
      "~",
      "out",
      "é",
      "e\u0301",
      "x.py",
      "C:"
    ])
    it.effect.prop(
      "puts a file at its path below the root, or nothing anywhere",
      { names: Arbitrary.schema(Schema.Array(names).check(Schema.isMinLength(1), Schema.isMaxLength(5))) },
      ({ names }) =>
        inFolder((folder) =>
          Effect.gen(function* () {
            mkdirSync(join(folder, "elsewhere"))
            symlinkSync("../elsewhere", join(folder, "root", "out"))
            const path = names.join("/")
            const exit = yield* Effect.exit(write(folder, { [path]: "text" }))
            const expected = exit._tag === "Success" ? [`root/${path}`] : []
            assert.deepStrictEqual(filesOf(folder), expected)
          })
        ),
      { arbitrary: { runs: 200 } }
    )
  })

  describe("read", () => {
    it.effect("refuses what is no text, with the path", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          writeFileSync(join(folder, "root", "a.bin"), new Uint8Array([0xff, 0xfe]))
          const workspace = yield* Workspace
          const error = yield* Effect.flip(workspace.read("a.bin"))
          assert.include(error.message, "a.bin: ")
          assert.include(error.message, "UTF-8")
        }).pipe(Effect.provide(NodeWorkspace.layer({ root: join(folder, "root") })))
      )
    )

    it.effect("makes no folder", () =>
      inFolder((folder) =>
        Effect.gen(function* () {
          const workspace = yield* Workspace
          assert.isUndefined(yield* workspace.read("a.py"))
          assert.isFalse(existsSync(join(folder, "none")))
        }).pipe(Effect.provide(NodeWorkspace.layer({ root: join(folder, "none") })))
      )
    )
  })
})
