import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Workspace } from "@stepwright/core"
import { NodeWorkspace } from "@stepwright/node-runner"
import { Arbitrary, Effect, type Layer, Schema } from "effect"

/** A new workspace for each use, and a person who changes a file in it. */
interface Subject {
  readonly layer: Layer.Layer<Workspace.Workspace>
  readonly edit: (path: string, content: string) => void
}

const subjects = {
  "in memory": <A, E>(use: (subject: Subject) => Effect.Effect<A, E>) =>
    Effect.suspend(() => {
      const files = new Map<string, string>()
      return use({ layer: Workspace.layerMemory(files), edit: (path, content) => void files.set(path, content) })
    }),
  "on disk": <A, E>(use: (subject: Subject) => Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "workspace-"))),
      (root) =>
        use({
          layer: NodeWorkspace.layer({ root }),
          edit: (path, content) => writeFileSync(join(root, path), content)
        }),
      (root) => Effect.sync(() => rmSync(root, { recursive: true }))
    )
}

const contents = [
  "",
  "\n",
  "no final newline",
  "a\nb\n",
  "a\r\nb\r\n",
  "a\rb",
  "a\n\r\n\n",
  "\ufeffa byte order mark",
  "a\ufeffb",
  "\ufeff\ufeff",
  "a\0b",
  "\u2028\u2029\u0085",
  "\u00e9 e\u0301",
  "\u{1f600}",
  "\ufffd",
  " \t",
  "\u001b[31m"
]

const names = [
  "a.py",
  ".hidden",
  " a.py",
  "a b/c d.py",
  "\u00e9.py",
  "e\u0301.py",
  "\u{1f600}.py",
  "__proto__",
  "constructor/toString.py",
  ".a.py.part",
  "%41.py",
  "a.py.new"
]

const refused: ReadonlyArray<readonly [name: string, files: Readonly<Record<string, string>>, says: string]> = [
  ["half a character", { "a.py": "x = '\ud83d'" }, "a.py: "],
  ["half a character at the end", { "a.py": "\ude00" }, "UTF-8"],
  ["halves in the wrong order", { "a.py": "\ude00\ud83d" }, "UTF-8"],
  ["an absolute path", { "/etc/passwd": "" }, "absolute"],
  ["a drive", { "C:/x.py": "" }, "absolute"],
  ["a way up", { "a/../../x.py": "" }, `".."`],
  ["a dot", { "./x.py": "" }, `"."`],
  ["a NUL", { "x\0.py": "" }, "control character"],
  ["a line break", { "x\n.py": "" }, "control character"],
  ["half a character in a name", { "\ud800.py": "" }, "control character"],
  ["a backslash", { "pkg\\x.py": "" }, "backslash"],
  ["git's folder", { "a/.GIT/hooks/x": "" }, ".GIT"],
  ["git's folder by its short name", { "GIT~1/hooks/x": "" }, "GIT~1"],
  ["git's folder with what a disk leaves out", { ".g\u200cit/config": "" }, "nothing is written into"],
  ["git's folder with what a disk leaves out at its end", { "a/.git\ufeff": "" }, "nothing is written into"],
  ["the workspace's own folder in other letters", { ".\u017ftepwright/files.json": "" }, "nothing is written into"],
  ["a path that is too long", { "a.py": "1", [`${"folder/".repeat(200)}x.py`]: "2" }, "too long"],
  ["names that a disk folds into one", { "stra\u00dfe.py": "1", "STRASSE.py": "2" }, "case"],
  ["names with letters that a disk takes for others", { "\u017f.py": "1", "s.py": "2" }, "case"],
  ["the workspace's own folder", { ".stepwright/files.json": "" }, ".stepwright"],
  ["an empty name", { "a//b.py": "" }, "empty name"],
  ["an empty path", { "": "" }, "empty name"],
  ["a trailing dot", { "a./b.py": "" }, "no name"],
  ["a trailing blank", { "a.py ": "" }, "no name"],
  ["a device", { "con.py": "" }, "no name"],
  ["a device with a blank", { "aux .txt": "" }, "no name"],
  ["a device with a small digit", { "COM\u00b9": "" }, "no name"],
  ["a stream of a file", { "a.py:hidden": "" }, "no name"],
  ["a name that is too long", { [`${"n".repeat(300)}.py`]: "" }, "no name"],
  ["names that differ in case only", { "a.py": "1", "A.py": "2" }, "case"],
  ["names that differ in Unicode's form only", { "\u00e9.py": "1", "e\u0301.py": "2" }, "case"],
  ["folders that differ in case only", { "pkg/a.py": "1", "Pkg/b.py": "2" }, "case"],
  ["a file and a folder of one name", { a: "1", "a/b": "2" }, "folder"],
  ["a name that differs in case from what is there", { "THERE.py": "1" }, "case"],
  ["a file in the place of a folder", { folder: "1" }, "folder"],
  ["a folder in the place of a file", { "there.py/b": "1" }, "file"]
]

const sources = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, content]) => ({ path, content }))

describe.each(Object.entries(subjects))("a workspace %s", (_, inNew) => {
  it.effect("gives back each text as it was written, and knows it again", () =>
    inNew(({ layer }) =>
      Effect.gen(function* () {
        const { read, write } = yield* Workspace.Workspace
        for (const content of contents) {
          yield* write([{ path: "a.py", content }])
          assert.strictEqual(yield* read("a.py"), content)
          assert.deepStrictEqual(yield* write([{ path: "a.py", content }]), [{ path: "a.py", outcome: "unchanged" }])
        }
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect.each(names)("writes %j under that name, and knows it again", (path) =>
    inNew(({ layer }) =>
      Effect.gen(function* () {
        const { read, write } = yield* Workspace.Workspace
        for (const content of ["\ufeff1", "2"]) {
          assert.deepStrictEqual(yield* write([{ path, content }]), [{ path, outcome: "written" }])
          assert.strictEqual(yield* read(path), content)
        }
        assert.isUndefined(yield* read("other.py"))
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect.each(refused)("refuses %s, with nothing written", ([, files, says]) =>
    inNew(({ layer }) =>
      Effect.gen(function* () {
        const { read, write } = yield* Workspace.Workspace
        yield* write(sources({ "there.py": "1", "folder/x.py": "2" }))
        const error = yield* Effect.flip(write(sources({ "good.py": "1", ...files })))
        assert.strictEqual(error._tag, "WorkspaceError")
        assert.include(error.message, says)
        assert.isUndefined(yield* read("good.py"))
        assert.strictEqual(yield* read("there.py"), "1")
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("refuses the same file twice, and to read what it would not write", () =>
    inNew(({ layer }) =>
      Effect.gen(function* () {
        const { read, write } = yield* Workspace.Workspace
        const twice = ["1", "2"].map((content) => ({ path: "a.py", content }))
        assert.include((yield* Effect.flip(write(twice))).message, "twice")
        assert.include((yield* Effect.flip(read("../x"))).message, `".."`)
        assert.isUndefined(yield* read("b/c.py"))
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("leaves what a person changed, and writes beside it", () =>
    inNew(({ edit, layer }) =>
      Effect.gen(function* () {
        const { read, write } = yield* Workspace.Workspace
        yield* write([{ path: "a.py", content: "1" }])
        edit("a.py", "\ufeff1")
        assert.deepStrictEqual(yield* write([{ path: "a.py", content: "2" }]), [
          { path: "a.py", outcome: "kept", beside: "a.py.new" }
        ])
        edit("a.py.new", "mine too")
        assert.deepStrictEqual(yield* write([{ path: "a.py", content: "3" }]), [
          { path: "a.py", outcome: "kept", beside: "a.py.new2" }
        ])
        assert.deepStrictEqual(
          [yield* read("a.py"), yield* read("a.py.new"), yield* read("a.py.new2")],
          ["\ufeff1", "mine too", "3"]
        )
        // what the new text would say is there already
        edit("a.py", "4")
        assert.deepStrictEqual(yield* write([{ path: "a.py", content: "4" }]), [{ path: "a.py", outcome: "unchanged" }])
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect(
    "takes the place of what it replaces, whoever wrote that, and removes what nothing comes in the place of",
    () =>
      inNew(({ edit, layer }) =>
        Effect.gen(function* () {
          const { read, write } = yield* Workspace.Workspace
          yield* write(sources({ "a.py": "1", "b.py": "2", "c.py": "3" }))
          edit("a.py", "mine")
          const replaced = sources({ "a.py": "mine", "b.py": "2", "gone.py": "4" })
          assert.deepStrictEqual(yield* write(sources({ "a.py": "mine, changed" }), replaced), [
            { path: "a.py", outcome: "written" },
            { path: "b.py", outcome: "removed" }
          ])
          assert.strictEqual(yield* read("a.py"), "mine, changed")
          assert.isUndefined(yield* read("b.py"))
          // what it is not told of stays
          assert.strictEqual(yield* read("c.py"), "3")
          assert.deepStrictEqual(yield* write(sources({ "a.py": "mine, changed" }), replaced), [
            { path: "a.py", outcome: "unchanged" }
          ])
          // what was removed is a person's when it is there again
          edit("b.py", "2")
          assert.deepStrictEqual(yield* write(sources({ "b.py": "5" })), [
            { path: "b.py", outcome: "kept", beside: "b.py.new" }
          ])
        }).pipe(Effect.provide(layer))
      )
  )

  it.effect("keeps what a person edited meanwhile, also where nothing is to come in the place of it", () =>
    inNew(({ edit, layer }) =>
      Effect.gen(function* () {
        const { read, write } = yield* Workspace.Workspace
        const before = sources({ "a.py": "1", "b.py": "2" })
        yield* write(before)
        edit("a.py", "mine")
        edit("b.py", "mine too")
        assert.deepStrictEqual(yield* write(sources({ "a.py": "3" }), before), [
          { path: "a.py", outcome: "kept", beside: "a.py.new" },
          { path: "b.py", outcome: "kept" }
        ])
        assert.deepStrictEqual(
          [yield* read("a.py"), yield* read("a.py.new"), yield* read("b.py")],
          ["mine", "3", "mine too"]
        )
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("removes what it wrote itself, though it was to replace another text", () =>
    inNew(({ layer }) =>
      Effect.gen(function* () {
        const { write } = yield* Workspace.Workspace
        yield* write(sources({ "a.py": "1", "b.py": "2" }))
        const written = yield* write(sources({ "a.py": "3" }), sources({ "a.py": "0", "b.py": "0" }))
        assert.deepStrictEqual(
          written.map(({ outcome }) => outcome),
          ["written", "removed"]
        )
      }).pipe(Effect.provide(layer))
    )
  )

  it.effect("writes and removes nothing where a path that is replaced is refused", () =>
    inNew(({ layer }) =>
      Effect.gen(function* () {
        const { read, write } = yield* Workspace.Workspace
        yield* write(sources({ "a.py": "1" }))
        const error = yield* Effect.flip(write(sources({ "b.py": "2" }), sources({ "a.py": "1", "../x": "3" })))
        assert.include(error.message, `".."`)
        assert.strictEqual(yield* read("a.py"), "1")
        assert.isUndefined(yield* read("b.py"))
      }).pipe(Effect.provide(layer))
    )
  )

  const anyText = Schema.Array(Schema.Union([Schema.Literals([...contents, "\ud800", "\udc00"]), Schema.String])).check(
    Schema.isMaxLength(4)
  )
  it.effect.prop(
    "gives back any text as it was written, or writes nothing",
    { texts: Arbitrary.schema(Schema.Array(anyText).check(Schema.isMinLength(1), Schema.isMaxLength(4))) },
    ({ texts }) =>
      inNew(({ layer }) =>
        Effect.gen(function* () {
          const { read, write } = yield* Workspace.Workspace
          const files = texts.map((parts, i) => ({ path: `${i}.py`, content: parts.join("") }))
          const exit = yield* Effect.exit(write(files))
          assert.strictEqual(
            exit._tag === "Success",
            files.every(({ content }) => content.isWellFormed())
          )
          for (const { content, path } of files) {
            assert.strictEqual(yield* read(path), exit._tag === "Success" ? content : undefined)
          }
        }).pipe(Effect.provide(layer))
      ),
    { arbitrary: { runs: 60, seed: 20261121 } }
  )
})
