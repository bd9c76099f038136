import { assert, describe, it } from "@effect/vitest"
import { Engine, LlmClient, TestRunner, Workflow, Workspace } from "@stepwright/core"
import {
  AcceptanceTestChangeStep,
  AssemblyStep,
  ChangeWorkflow,
  CodeChangeStep,
  CodeRepairStep,
  DesignChangeStep,
  JudgementStep,
  type Previous,
  type Project,
  RequirementChangeStep,
  TestChangeStep
} from "@stepwright/steps"
import { Effect, Layer, Result, Schema } from "effect"
import * as project from "./support/change.ts"
import { design, documents, method12, newTime, previous, quoting, sentences, unchanged } from "./support/change.ts"
import { module } from "./support/playlist.ts"

const songs = "playlist/songs.py"
const init = "playlist/__init__.py"

const sameDesign: DesignChangeStep.DesignChange = {
  modules: [],
  files: [],
  removed: [],
  absent: [],
  entryPoints: [],
  dependencies: [],
  formats: [],
  decisions: [],
  assumptions: []
}

const codeEdit = { path: songs, search: "    raise KeyError(title)\n", replace: "    return title\n" }
const testEdit = { path: "tests/test_songs.py", search: method12, replace: method12.replace("('a', 2)", "('a', 3)") }
const acceptanceEdit = {
  path: "tests/test_acceptance_songs.py",
  search: quoting.twice,
  replace: quoting.twice.replace(sentences.twice, newTime)
}

/** What a model answers, by step; what is not there is not to be asked. */
type Replies = Readonly<Record<string, string>>

const edits = CodeChangeStep.parser.print
const requirement = (review: Partial<typeof unchanged>) => ({
  "requirement-change": RequirementChangeStep.parser.print({ ...unchanged, ...review })
})
const designed = (change: Partial<DesignChangeStep.DesignChange>) => ({
  "design-change": DesignChangeStep.parser.print({ ...sameDesign, ...change })
})

/** One sentence says something else. */
const replies: Replies = {
  ...requirement(project.change.review),
  ...designed({}),
  "code-change": edits([codeEdit]),
  "test-change": TestChangeStep.parser.print([testEdit]),
  "acceptance-test-change": AcceptanceTestChangeStep.parser.print([acceptanceEdit])
}

/** A run of all tests in files, of which some fail. */
const reportOf = (files: ReadonlyArray<Workspace.SourceFile>, fails = (_: string) => false): TestRunner.TestReport => ({
  tests: files.flatMap(({ content, path }) =>
    Array.from(content.matchAll(/def (test_\w+)/g), ([, name]) => {
      const test = `${path.slice(0, -3).replaceAll("/", ".")}.ATest.${name}`
      return fails(test)
        ? { test, outcome: "failed" as const, asserts: true, detail: "AssertionError: 2" }
        : { test, outcome: "passed" as const, asserts: true }
    })
  ),
  doubts: [],
  output: "",
  durationMillis: 1
})

/** What is delivered of a project, by path. */
const filesOf = ({ acceptance, code, tests }: Pick<Previous.Previous, "acceptance" | "code" | "tests">) =>
  new Map([
    ...Object.entries(code),
    ...[...tests, ...acceptance].map(({ content, path }) => [path, content] as const),
    ["tests/__init__.py", ""] as const
  ])

interface Options {
  readonly replies?: Replies
  readonly previous?: Previous.Previous
  readonly input?: Partial<Project.Project>
  readonly run?: Parameters<typeof TestRunner.layerMemory>[0]
  /** What a person does to the delivered files before the run goes on. */
  readonly meanwhile?: (files: Map<string, string>) => void
}

/** A change of documents: who was asked what, and which files are otherwise then. */
const changed = (documents: typeof project.documents, options: Options = {}) =>
  Effect.gen(function* () {
    const {
      meanwhile,
      previous: before = previous,
      replies: said = replies,
      run = (files) => reportOf(files)
    } = options
    const prompts = new Map<string, string>()
    const asked: Array<string> = []
    const model = LlmClient.layer(({ messages, metadata: { step } }) => {
      asked.push(step)
      prompts.set(step, messages[0]!.content)
      return Effect.succeed({ text: said[step] ?? `nobody asks ${step}`, finishReason: "stop", usage: {} })
    })
    const was = filesOf(before)
    const files = new Map(was)
    meanwhile?.(files)
    const input = { documents, design: [], samples: [], ...options.input, previous: before }
    const wholeFiles = (_: string, input: Schema.Json) => (input as { readonly files: Schema.Json }).files
    const world = Layer.mergeAll(model, Workspace.layerMemory(files), TestRunner.layerMemory(run, wholeFiles))
    const { ending, state } = yield* Effect.provide(
      Effect.flatMap(Engine.initialize(ChangeWorkflow.workflow, input), (state) =>
        Engine.run(ChangeWorkflow.workflow, state)
      ),
      world
    )
    assert.strictEqual(state.status, "COMPLETED", JSON.stringify(ending))
    for (const name of ["report.json", "report.md"]) assert.isTrue(files.delete(name))
    const otherwise = [...new Set([...was.keys(), ...files.keys()])].filter((path) => files.get(path) !== was.get(path))
    return { asked, prompts, files, otherwise: otherwise.toSorted(), state }
  })

describe("ChangeWorkflow", () => {
  it.effect("asks once for each part that an edit of a sentence reaches, and changes three files", () =>
    Effect.gen(function* () {
      const { asked, files, otherwise, state } = yield* changed(project.change.documents)
      assert.deepStrictEqual(asked.slice(0, 2), ["requirement-change", "design-change"])
      assert.sameMembers(asked, Object.keys(replies))
      assert.strictEqual(asked.length, 5)
      assert.deepStrictEqual(otherwise, [songs, acceptanceEdit.path, testEdit.path])
      assert.include(files.get(songs), codeEdit.replace)
      const made = yield* ChangeWorkflow.projectOf(state)
      assert.deepStrictEqual(made.documents, project.change.documents)
      assert.deepStrictEqual(made.specification, project.changed)
      assert.strictEqual(made.code[songs], files.get(songs))
    })
  )

  it.effect("asks for the specification alone where other words say the same, and touches no file", () =>
    Effect.gen(function* () {
      const sentence = "It is an error if a title is there already."
      const change = { id: "R1.2", text: sentences.twice, quotes: [sentence], why: "other words" }
      const { asked, otherwise, state } = yield* changed(project.edited(sentences.twice, sentence), {
        replies: requirement({ changes: [change] })
      })
      assert.deepStrictEqual(asked, ["requirement-change"])
      assert.deepStrictEqual(otherwise, [])
      const { specification } = yield* ChangeWorkflow.projectOf(state)
      assert.deepInclude(specification.traces["R1.2"]?.sources[0], { text: sentence })
    })
  )

  it.effect("asks for the design where its author decides otherwise, though every criterion is as it was", () =>
    Effect.gen(function* () {
      const decided = [{ path: "design.md", text: "Songs are kept in a list." }]
      const { asked, otherwise, prompts } = yield* changed(documents, {
        input: { design: decided },
        replies: {
          ...requirement({}),
          ...designed({ modules: [{ ...design.modules[0]!, purpose: "Keeps a list." }] }),
          "code-change": edits([codeEdit])
        }
      })
      assert.deepStrictEqual(asked, ["requirement-change", "design-change", "code-change"])
      assert.include(prompts.get("design-change"), "new: Songs are kept in a list.")
      assert.deepStrictEqual(otherwise, [songs])
    })
  )

  it.effect("takes the tests of what is retired away, and a file where it has no others", () =>
    Effect.gen(function* () {
      const gone = (path: string) => [{ path, content: "import unittest\n" }]
      const [, times] = previous.tests
      const [, acceptance] = previous.acceptance
      const { files, otherwise } = yield* changed(project.edited(`${sentences.total}\n\n`, ""), {
        replies: {
          ...requirement({ retired: [{ id: "R2.1", why: "nobody asks for it" }] }),
          ...designed({ removed: [{ path: "playlist/times.py", reason: "nobody needs it" }] }),
          "test-change": edits(gone(times!.path)),
          "acceptance-test-change": edits(gone(acceptance!.path))
        }
      })
      assert.deepStrictEqual(otherwise, ["playlist/times.py", acceptance!.path, times!.path])
      assert.isTrue(otherwise.every((path) => !files.has(path)))
    })
  )

  it.effect("adds what is new, in a new file of the design", () =>
    Effect.gen(function* () {
      const sentence = "`count()` says how many songs there are."
      const content = previous.tests[1]!.content.replace("test_r2_1_sum", "test_r4_1_counts")
      const added = {
        ...requirement({
          changes: [{ id: "R4.1", text: sentence, quotes: [sentence], why: "it is new" }],
          requirements: [{ id: "R4", text: "It counts." }]
        }),
        ...designed({
          modules: [
            module("playlist/counting.py", {
              members: [{ signature: "def count() -> int", behaviour: "R4.1." }],
              meets: ["R4"]
            }),
            { ...design.modules.at(-1)!, reexports: [{ module: "playlist/counting.py", names: ["count"] }] }
          ]
        }),
        "code-change": edits([{ path: "playlist/counting.py", content: "def count():\n    return 1\n" }]),
        "test-change": edits([{ path: "tests/test_count.py", content }]),
        "acceptance-test-change": "(none)"
      }
      const documents = [{ path: "PRD.md", text: `${project.text}\n\n${sentence}` }]
      const { files, otherwise, prompts } = yield* changed(documents, { replies: added })
      assert.deepStrictEqual(otherwise, [init, "playlist/counting.py", "tests/test_count.py"])
      assert.include(files.get(init), "from playlist.counting import count")
      assert.include(prompts.get("code-change"), "- playlist/counting.py")
    })
  )

  it.effect("mends what a change breaks", () =>
    Effect.gen(function* () {
      const test = "tests.test_songs.ATest.test_r1_2_raises"
      const { asked, files } = yield* changed(project.change.documents, {
        run: (files) => {
          const isMended = files.some(({ content }) => content.includes("return 2"))
          return reportOf(files, (one) => one === test && !isMended)
        },
        replies: {
          ...replies,
          judgement: JudgementStep.parser.print([{ test, fault: "code", quote: "", reason: "it is 2" }]),
          "code-repair": CodeRepairStep.parser.print([{ path: songs, search: "return title", replace: "return 2" }])
        }
      })
      assert.sameMembers(asked, [...Object.keys(replies), "judgement", "code-repair"])
      assert.include(files.get(songs), "return 2")
    })
  )

  it.effect("keeps what people wrote in files that it changes, in generated ones, and in samples", () =>
    Effect.gen(function* () {
      const samples = [{ path: "data/songs.csv", text: "a,1\n" }]
      const edited = {
        ...previous,
        code: {
          ...previous.code,
          [songs]: `# mine\n${previous.code[songs]}`,
          [init]: `${previous.code[init]}VERSION = 1\n`,
          "data/songs.csv": "a,1\n"
        }
      }
      const { files, otherwise } = yield* changed(project.change.documents, { previous: edited, input: { samples } })
      assert.deepStrictEqual(otherwise, [songs, acceptanceEdit.path, testEdit.path])
      assert.match(files.get(songs)!, /^# mine\n/)
    })
  )

  it.effect("writes a generated file anew only where the design says something else of it", () =>
    Effect.gen(function* () {
      const last = { ...design.modules.at(-1)!, purpose: "Offers songs." }
      const change = { ...replies, ...designed({ modules: [last] }) }
      const { files } = yield* changed(project.change.documents, { replies: change })
      const after = { ...design, modules: [...design.modules.slice(0, -1), last] }
      assert.strictEqual(files.get(init), AssemblyStep.generatedBy(after)[init])
    })
  )

  it.effect("writes beside what a person edits meanwhile, and removes nothing of theirs", () =>
    Effect.gen(function* () {
      const { files } = yield* changed(project.change.documents, {
        meanwhile: (files) => void files.set(songs, "# mine\n")
      })
      assert.strictEqual(files.get(songs), "# mine\n")
      assert.include(files.get(`${songs}.new`), codeEdit.replace)
    })
  )

  it("has tests that read no code", () => {
    for (const [path, own] of [
      ["testEdits/true", "input.previous.tests"],
      ["acceptanceEdits/true", "input.previous.acceptance"]
    ] as const) {
      const { direct, steps } = Result.getOrThrow(Workflow.readsFrom(ChangeWorkflow.workflow, path))
      assert.deepStrictEqual(direct.input, [own])
      assert.include(steps, "design/delta")
      for (const step of steps) assert.notMatch(step, /code|check|result/i)
    }
  })

  it.effect.prop(
    "asks for tests in the same words whatever the code",
    [Schema.Array(Schema.String).check(Schema.isMinLength(1), Schema.isMaxLength(3))],
    ([lines]) =>
      Effect.gen(function* () {
        const text = lines.map((line) => `x = ${JSON.stringify(line)}\n`).join("")
        const code = { ...previous.code, [songs]: `${text}${previous.code[songs]}` }
        const [before, after] = yield* Effect.all([
          changed(project.change.documents),
          changed(project.change.documents, { previous: { ...previous, code } })
        ])
        assert.notStrictEqual(before.prompts.get("code-change"), after.prompts.get("code-change"))
        for (const step of ["test-change", "acceptance-test-change"]) {
          assert.isDefined(before.prompts.get(step))
          assert.strictEqual(before.prompts.get(step), after.prompts.get(step))
        }
      }),
    { arbitrary: { runs: 10 } }
  )
})
