import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { type SourceFile, Workspace } from "../Workspace.ts"
import { law, refused, same, testCase } from "./internal/check.ts"
import * as paths from "./internal/paths.ts"
import type { TestCase } from "./TestCase.ts"

/** A workspace that is new and empty, and a person who works in it. */
export interface Subject {
  /** Opens the workspace; it is built again to see what lasts. */
  readonly layer: Layer.Layer<Workspace, unknown>
  /** Writes a file behind its back, as a person does. */
  readonly edit: (path: string, content: string) => Effect.Effect<void, unknown>
}

/**
 * What every `Workspace` does, as tests: each text comes back as it was written, or nothing is; what a person changed is
 * left alone.
 *
 * ```ts
 * const inMemory = Effect.gen(function* () {
 *   const files = new Map<string, string>()
 *   const built = yield* Layer.build(Workspace.layerMemory(files))
 *   return {
 *     layer: Layer.succeedContext(built),
 *     edit: (path: string, content: string) => Effect.sync(() => void files.set(path, content))
 *   }
 * })
 * const cases = WorkspaceConformance.suite(inMemory)
 * ```
 */
export const suite = (subject: Effect.Effect<Subject, unknown, Scope.Scope>): ReadonlyArray<TestCase> => {
  const opened = (use: (open: Opened) => Effect.Effect<void, unknown>) =>
    Effect.flatMap(subject, ({ edit, layer }) =>
      use({
        edit,
        again: (use) => Effect.provide(Effect.flatMap(Workspace, use), Layer.fresh(layer))
      })
    )
  const once = (name: string, use: (service: Service, edit: Subject["edit"]) => Effect.Effect<void, unknown>) =>
    testCase(
      name,
      opened(({ again, edit }) => again((service) => use(service, edit)))
    )

  return [
    once("gives back each text as it was written, and knows it again", ({ read, write }) =>
      Effect.forEach(
        contents,
        (content) =>
          Effect.gen(function* () {
            const files = [{ path: "a.py", content }]
            yield* write(files)
            yield* same("the text", yield* read("a.py"), content)
            yield* same("what became of it, written again", yield* write(files), [
              { path: "a.py", outcome: "unchanged" }
            ])
          }),
        { discard: true }
      )
    ),
    law(
      "gives back any text as it was written, or writes nothing",
      () => Arbitrary.schema(Schema.Array(anyText).check(Schema.isMinLength(1), Schema.isMaxLength(4))),
      (texts) =>
        opened(({ again }) =>
          again(({ read, write }) =>
            Effect.gen(function* () {
              const files = texts.map((parts, i) => ({ path: `${i}.py`, content: parts.join("") }))
              const exit = yield* Effect.exit(write(files))
              const isWhole = files.every(({ content }) => content.isWellFormed())
              yield* same("whether it is written", exit._tag === "Success", isWhole)
              for (const { content, path } of files) {
                yield* same(`the text of ${path}`, yield* read(path), isWhole ? content : undefined)
              }
            })
          )
        ),
      { runs: 60 }
    ),
    ...paths.odd.map((path) =>
      once(`writes ${JSON.stringify(path)} under that name, and knows it again`, ({ read, write }) =>
        Effect.gen(function* () {
          for (const content of ["\ufeff1", "2"]) {
            yield* same("what became of it", yield* write([{ path, content }]), [{ path, outcome: "written" }])
            yield* same("the text", yield* read(path), content)
          }
          yield* same("what is at another path", yield* read("other.py"), undefined)
        })
      )
    ),
    ...paths.refused.map(({ files, why }) =>
      once(`refuses ${why}, with nothing written`, ({ read, write }) =>
        Effect.gen(function* () {
          yield* write(sources({ "there.py": "1", "folder/x.py": "2" }))
          const all = [{ path: "good.py", content: "1" }, ...files]
          yield* refused("a WorkspaceError", write(all), ({ _tag }) => _tag === "WorkspaceError")
          yield* same("the text of good.py", yield* read("good.py"), undefined)
          yield* same("the text of there.py", yield* read("there.py"), "1")
        })
      )
    ),
    once("refuses to read what it would not write", ({ read }) =>
      Effect.gen(function* () {
        yield* refused("a WorkspaceError", read("../x"), ({ path }) => path === "../x")
        yield* same("what is where nothing was written", yield* read("b/c.py"), undefined)
      })
    ),
    testCase(
      "knows what it wrote when it is opened again",
      opened(({ again, edit }) =>
        Effect.gen(function* () {
          yield* again(({ write }) => write(sources({ "a.py": "1", "b.py": "1" })))
          yield* edit("b.py", "mine")
          yield* again(({ read, write }) =>
            Effect.gen(function* () {
              yield* same("what becomes of two files", yield* write(sources({ "a.py": "2", "b.py": "2" })), [
                { path: "a.py", outcome: "written" },
                { path: "b.py", outcome: "kept", beside: "b.py.new" }
              ])
              yield* same("the texts", [yield* read("a.py"), yield* read("b.py")], ["2", "mine"])
            })
          )
        })
      )
    ),
    once("takes a file that was there before it as a person's", ({ read, write }, edit) =>
      Effect.gen(function* () {
        yield* edit("a.py", "there before")
        yield* same("what becomes of it", yield* write(sources({ "a.py": "1" })), [
          { path: "a.py", outcome: "kept", beside: "a.py.new" }
        ])
        yield* same("the text", yield* read("a.py"), "there before")
      })
    ),
    once("leaves what a person changed, and writes beside it", ({ read, write }, edit) =>
      Effect.gen(function* () {
        yield* write(sources({ "a.py": "1" }))
        yield* edit("a.py", "\ufeff1")
        yield* same("what becomes of it", yield* write(sources({ "a.py": "2" })), [
          { path: "a.py", outcome: "kept", beside: "a.py.new" }
        ])
        yield* edit("a.py.new", "mine too")
        yield* same("what becomes of it", yield* write(sources({ "a.py": "3" })), [
          { path: "a.py", outcome: "kept", beside: "a.py.new2" }
        ])
        const texts = [yield* read("a.py"), yield* read("a.py.new"), yield* read("a.py.new2")]
        yield* same("the texts", texts, ["\ufeff1", "mine too", "3"])
      })
    ),
    once("takes a file for its own again once a person wrote what it would write", ({ write }, edit) =>
      Effect.gen(function* () {
        yield* write(sources({ "a.py": "1" }))
        yield* edit("a.py", "4")
        yield* same("what becomes of it", yield* write(sources({ "a.py": "4" })), [
          { path: "a.py", outcome: "unchanged" }
        ])
      })
    ),
    once(
      "takes the place of what it replaces, whoever wrote that, and removes what nothing replaces",
      (service, edit) =>
        Effect.gen(function* () {
          const { read, write } = service
          yield* write(sources({ "a.py": "1", "b.py": "2", "c.py": "3" }))
          yield* edit("a.py", "mine")
          const replaced = sources({ "a.py": "mine", "b.py": "2", "gone.py": "4" })
          yield* same("what becomes of them", yield* write(sources({ "a.py": "mine, changed" }), replaced), [
            { path: "a.py", outcome: "written" },
            { path: "b.py", outcome: "removed" }
          ])
          const texts = [yield* read("a.py"), yield* read("b.py"), yield* read("c.py")]
          yield* same("the texts", texts, ["mine, changed", undefined, "3"])
          yield* same("what becomes of them again", yield* write(sources({ "a.py": "mine, changed" }), replaced), [
            { path: "a.py", outcome: "unchanged" }
          ])
          // what was removed is a person's when it is there again
          yield* edit("b.py", "2")
          yield* same("what becomes of it", yield* write(sources({ "b.py": "5" })), [
            { path: "b.py", outcome: "kept", beside: "b.py.new" }
          ])
        })
    ),
    once("keeps what a person edited meanwhile, also where nothing replaces it", ({ read, write }, edit) =>
      Effect.gen(function* () {
        const before = sources({ "a.py": "1", "b.py": "2" })
        yield* write(before)
        yield* edit("a.py", "mine")
        yield* edit("b.py", "mine too")
        yield* same("what becomes of them", yield* write(sources({ "a.py": "3" }), before), [
          { path: "a.py", outcome: "kept", beside: "a.py.new" },
          { path: "b.py", outcome: "kept" }
        ])
        const texts = [yield* read("a.py"), yield* read("a.py.new"), yield* read("b.py")]
        yield* same("the texts", texts, ["mine", "3", "mine too"])
      })
    ),
    once("removes what it wrote itself, though it was to replace another text", ({ write }) =>
      Effect.gen(function* () {
        yield* write(sources({ "a.py": "1", "b.py": "2" }))
        const written = yield* write(sources({ "a.py": "3" }), sources({ "a.py": "0", "b.py": "0" }))
        const outcomes = written.map(({ outcome }) => outcome)
        yield* same("what becomes of them", outcomes, ["written", "removed"])
      })
    ),
    once("writes and removes nothing where a path that is replaced is refused", ({ read, write }) =>
      Effect.gen(function* () {
        yield* write(sources({ "a.py": "1" }))
        const refusal = write(sources({ "b.py": "2" }), sources({ "a.py": "1", "../x": "3" }))
        yield* refused("a WorkspaceError", refusal, ({ _tag }) => _tag === "WorkspaceError")
        yield* same("the texts", [yield* read("a.py"), yield* read("b.py")], ["1", undefined])
      })
    )
  ]
}

type Service = Workspace["Service"]

interface Opened extends Pick<Subject, "edit"> {
  readonly again: <A, E>(use: (service: Service) => Effect.Effect<A, E>) => Effect.Effect<A, unknown>
}

const sources = (files: Readonly<Record<string, string>>): ReadonlyArray<SourceFile> =>
  Object.entries(files).map(([path, content]) => ({ path, content }))

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

const anyText = Schema.Array(Schema.Union([Schema.Literals([...contents, "\ud800", "\udc00"]), Schema.String])).check(
  Schema.isMaxLength(4)
)
