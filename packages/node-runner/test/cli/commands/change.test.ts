import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import { delivered, documents, sentences, withoutBye, write } from "../../support/delivered.ts"
import { saying } from "../../support/saying.ts"

const { bye, hello } = sentences
const loud = "`hello()` says HELLO."

const edited = (from = hello, to = loud) =>
  write(
    "PRD.md",
    documents["PRD.md"].replace(from, () => to)
  )

/** The input of a run. */
const inputOf = (run: string) => Effect.map(call(["export", run]), ({ out }) => JSON.parse(out).input as Input)

interface Input {
  readonly documents: ReadonlyArray<{ readonly path: string; readonly text: string }>
  readonly samples: ReadonlyArray<{ readonly path: string; readonly text: string }>
  readonly mutants?: number
  readonly previous: { readonly code: Readonly<Record<string, string>>; readonly edited?: ReadonlyArray<string> }
}

const pathsOf = ({ documents }: Input) => documents.map(({ path }) => path)

describe("change", () => {
  it.effect("says what an edit reaches, asks nothing, and how to go on; the other run stays as it is", () =>
    Effect.gen(function* () {
      yield* delivered()
      const events = readFileSync(".stepwright/runs/made/events.jsonl", "utf8")
      edited()
      const { err, out, status } = yield* call(["change", "PRD.md", "--run", "second"])
      assert.strictEqual(status, 0, err)
      assert.deepStrictEqual(out.trimEnd().split("\n"), [
        `PRD.md: ${hello} → ${loud}`,
        `changed  R1.1: ${hello} (greet/hello.py, 1 test)`
      ])
      assert.include(err, "nothing is asked yet; see `stepwright plan second`")
      assert.include(err, "stepwright resume second")
      assert.strictEqual(readFileSync(".stepwright/runs/made/events.jsonl", "utf8"), events)
      const plan = yield* call(["plan", "second"])
      assert.strictEqual(plan.status, 0, plan.err)
      assert.include(plan.out, out)
      assert.match(plan.out, /^run +samples/m)
      assert.strictEqual(JSON.parse(readFileSync(".stepwright/runs/second/run.json", "utf8")).out, "out/made")
    }).pipe(inFolder)
  )

  it.effect("says the same as JSON", () =>
    Effect.gen(function* () {
      yield* delivered()
      edited(hello, `${hello} It is polite.`)
      write("out/made/greet/bye.py", "# mine\n")
      rmSync("out/made/greet/hello.py")
      const { out } = yield* call(["change", "made", "PRD.md", "--run", "second", "--json"])
      assert.deepStrictEqual(JSON.parse(out), {
        run: "second",
        origin: "made",
        passages: [{ document: "PRD.md", after: "It is polite." }],
        criteria: [],
        edited: ["greet/bye.py"],
        missing: ["greet/hello.py"]
      })
    }).pipe(inFolder)
  )

  it.effect("goes on from files as people left them, and names those; what is gone is written again", () =>
    Effect.gen(function* () {
      yield* delivered()
      edited()
      write("out/made/greet/hello.py", "# mine\n")
      write("out/made/tests/test_bye.py", "# mine too\n")
      rmSync("out/made/greet/bye.py")
      const { out } = yield* call(["change", "PRD.md", "--run", "second"])
      assert.include(out, "edited since; the change goes on from these: greet/hello.py, tests/test_bye.py\n")
      assert.include(out, "gone since, and written again: greet/bye.py\n")
      const { previous } = yield* inputOf("second")
      assert.strictEqual(previous.code["greet/hello.py"], "# mine\n")
      assert.deepStrictEqual(previous.edited, ["greet/hello.py", "tests/test_bye.py"])
      assert.include(previous.code["greet/bye.py"], "def hello")
      assert.isFalse(existsSync("out/made/greet/bye.py"))
    }).pipe(inFolder)
  )

  it.effect("writes all again where the folder is gone", () =>
    Effect.gen(function* () {
      yield* delivered()
      edited()
      rmSync("out", { recursive: true })
      const { err, out, status } = yield* call(["change", "PRD.md"])
      assert.strictEqual(status, 0, err)
      assert.match(out, /gone since, and written again: greet\/hello\.py, greet\/bye\.py, tests\/test_hello\.py/)
      assert.isFalse(existsSync("out"))
    }).pipe(inFolder)
  )

  it.effect("takes documents by their names in their places, adds others, and leaves those that are not named", () =>
    Effect.gen(function* () {
      yield* delivered()
      edited()
      write("docs/new.md", "`wave()` waves.")
      const { out } = yield* call(["change", "made", "./docs/new.md", "PRD.md", "--run", "second"])
      assert.include(out, "docs/new.md: new: `wave()` waves.\n")
      assert.include(out, "added    criteria of what is new")
      assert.deepStrictEqual(pathsOf(yield* inputOf("second")), ["PRD.md", "docs/more.md", "docs/new.md"])
      write("docs/more.md", `${bye} Twice.`)
      yield* call(["change", "made", "docs", "--run", "third"])
      assert.deepStrictEqual(pathsOf(yield* inputOf("third")), ["PRD.md", "docs/more.md", "docs/new.md"])
    }).pipe(inFolder)
  )

  it.effect("leaves out what is gone from a folder that is named, and nothing that is gone elsewhere", () =>
    Effect.gen(function* () {
      yield* delivered({ ...documents, "docs/extra.md": "It is polite.\n" })
      rmSync("PRD.md")
      rmSync("docs/more.md")
      const { out } = yield* call(["change", "./docs/", "--run", "second"])
      assert.strictEqual(out, `docs/more.md: ${bye} → (gone)\nretired  R2.1: ${bye} (greet/bye.py, 1 test)\n`)
      assert.deepStrictEqual(pathsOf(yield* inputOf("second")), ["PRD.md", "docs/extra.md"])
    }).pipe(inFolder)
  )

  it.effect("takes the one document by another name", () =>
    Effect.gen(function* () {
      const text = `${hello}\n\n${bye}\n`
      yield* delivered({ "PRD.md": text })
      write("docs/greetings.md", text.replace(hello, loud))
      const { out } = yield* call(["change", "docs/greetings.md", "--run", "second"])
      assert.strictEqual(
        out,
        `docs/greetings.md: ${hello} → ${loud}\nchanged  R1.1: ${hello} (greet/hello.py, 1 test)\n`
      )
      assert.deepStrictEqual(pathsOf(yield* inputOf("second")), ["docs/greetings.md"])
    }).pipe(inFolder)
  )

  it.effect("leaves samples as people left them, unless others are named", () =>
    Effect.gen(function* () {
      yield* delivered(documents, { samples: [{ path: "data/names.csv", text: "Ann\n" }] })
      edited()
      write("out/made/data/names.csv", "Ann\nBob\n")
      yield* call(["change", "PRD.md", "--run", "second"])
      assert.deepStrictEqual((yield* inputOf("second")).samples, [{ path: "data/names.csv", text: "Ann\nBob\n" }])
      write("data/names.csv", "Eve\n")
      yield* call(["change", "made", "PRD.md", "--sample", "data/names.csv", "--run", "third"])
      assert.deepStrictEqual((yield* inputOf("third")).samples, [{ path: "data/names.csv", text: "Eve\n" }])
    }).pipe(inFolder)
  )

  it.effect("delivers where the project is: what is retired goes, what people wrote stays", () =>
    Effect.gen(function* () {
      yield* delivered()
      write("docs/more.md", "It ends.")
      write("out/made/greet/hello.py", "# mine\n")
      yield* call(["change", "docs/more.md", "--run", "second"])
      assert.strictEqual(yield* withoutBye("second"), "COMPLETED")
      assert.isFalse(existsSync("out/made/greet/bye.py"))
      assert.isFalse(existsSync("out/made/tests/test_bye.py"))
      assert.strictEqual(readFileSync("out/made/greet/hello.py", "utf8"), "# mine\n")
      assert.isFalse(existsSync("out/made/greet/hello.py.new"))
    }).pipe(inFolder)
  )

  it.effect("keeps how many mutants there are to be", () =>
    Effect.gen(function* () {
      yield* delivered(documents, { mutants: 7 })
      edited()
      yield* call(["change", "PRD.md", "--run", "second"])
      assert.strictEqual((yield* inputOf("second")).mutants, 7)
    }).pipe(inFolder)
  )

  it.effect("refuses what it cannot do before anything is there", () =>
    Effect.gen(function* () {
      assert.include((yield* call(["change", "PRD.md"])).err, "there are no runs here")
      yield* delivered()
      const refused = Effect.fnUntraced(function* (said: string, ...args: ReadonlyArray<string>) {
        const { err, status } = yield* call(["change", ...args])
        assert.strictEqual(status, 2, err)
        assert.include(err, said)
      })
      yield* refused("the documents say what they said when run made was made: edit them first", "PRD.md")
      write("PRD.md", documents["PRD.md"].replace("# Greetings", "# Other words"))
      yield* refused("the documents say what they said", "made", "PRD.md", "docs")
      yield* refused("gone.md", "gone.md")
      edited()
      yield* refused('there is a run "made" already', "PRD.md", "--run", "made")
      yield* refused("--run cannot be", "PRD.md", "--run", "a/b")
      writeFileSync("out/made/greet/bye.py", new Uint8Array([0xff]))
      yield* refused("out/made/greet/bye.py: it is no text in UTF-8: put it back as it was", "PRD.md")
      rmSync("out/made/greet/bye.py")
      mkdirSync("out/made/greet/bye.py")
      yield* refused("out/made/greet/bye.py: a folder is there", "PRD.md")
      assert.strictEqual(JSON.parse((yield* call(["list", "--json"])).out).length, 1)
    }).pipe(inFolder)
  )

  it.effect("refuses a run that has made nothing yet, and one of another workflow", () =>
    Effect.gen(function* () {
      yield* delivered()
      edited()
      yield* call(["change", "PRD.md", "--run", "second"])
      const { err, status } = yield* call(["change", "second", "PRD.md"])
      assert.strictEqual(status, 2)
      assert.include(err, "run second has made no project yet: go on with it first, by `resume`")
      const other = yield* startedWith(saying())
      const refused = yield* call(["change", other, "PRD.md"], saying())
      assert.strictEqual(refused.status, 2)
      assert.include(refused.err, `run ${other} is of the workflow "saying", which has no documents to change`)
    }).pipe(inFolder)
  )
})
