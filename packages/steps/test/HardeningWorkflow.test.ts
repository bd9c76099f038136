import { assert, describe, it } from "@effect/vitest"
import { Engine, LlmClient, Step, TestRunner, type WorkflowState, type Workspace } from "@stepwright/core"
import { type Attempt, HardeningWorkflow, MutantTestStep } from "@stepwright/steps"
import { Effect, Layer, type Schema } from "effect"
import { design, specification } from "./support/playlist.ts"

const codeFile = "playlist/songs.py"
const code = { [codeFile]: "secret = 1\n" }

const fileOf = (path: string, ...names: ReadonlyArray<string>) => ({
  path,
  content: names.map((name) => `def ${name}(): assert 1\n`).join("")
})

const testsIn = ({ content, path }: Workspace.SourceFile) =>
  Array.from(content.matchAll(/def (test_\w+)/g), ([, name]) => ({
    name: name!,
    test: `${path.replace(".py", "").replaceAll("/", ".")}.${name}`
  }))

/** A test that names a mutant fails on it, and one that is called red on anything. */
const run = (files: ReadonlyArray<Workspace.SourceFile>): TestRunner.TestReport => {
  const mutant = /^mutant (\d+)/.exec(files.find(({ path }) => path === codeFile)!.content)?.[1]
  const tests = files.flatMap(testsIn).map(({ name, test }): TestRunner.TestResult => {
    const isRed = name.endsWith("_red") || name.endsWith(`_m${mutant}`)
    return { test, outcome: isRed ? "failed" : "passed", asserts: true }
  })
  return { tests, doubts: [], output: "", durationMillis: 1 }
}

const tests = [fileOf("tests/test_songs.py", "test_r1_1_m1")]
const acceptance = [fileOf("tests/test_acceptance.py", "test_it")]

const verification = (() => {
  const report = run([{ path: codeFile, content: code[codeFile]! }, ...tests, ...acceptance])
  return { outcome: "green", counts: TestRunner.counts(report), tests: report.tests, doubts: [] } as const
})()

const attempt: Attempt.Attempt = { specification, code, tests, acceptance, verification }

/** Three mutants, or a file of tests without those that are not named. */
const evaluate = (_: string, given: Schema.Json): Schema.Json => {
  const input = given as { readonly files: Readonly<Record<string, string>>; readonly names?: ReadonlyArray<string> }
  if (input.names === undefined) {
    return [1, 2, 3].map((number) => ({
      path: codeFile,
      line: number,
      within: "Playlist.add",
      operator: "limit",
      before: `if seconds < ${number}:`,
      after: `if seconds <= ${number}:`,
      content: `mutant ${number}\n`
    }))
  }
  const isKept = (line: string) => input.names!.some((name) => line.includes(` ${name}(`))
  return Object.fromEntries(
    Object.entries(input.files).map(([path, text]) => [path, text.split("\n").filter(isKept).join("\n")])
  )
}

/** A model that answers so, and what it was asked. */
const answering = (reply: string) => {
  const prompts: Array<string> = []
  const model = LlmClient.layer(({ messages }) => {
    prompts.push(messages[0]!.content)
    return Effect.succeed({ text: reply, finishReason: "stop", usage: {} })
  })
  return { model, prompts }
}

const inputOf = (attempt: Attempt.Attempt) => {
  const aim = { isWanted: true, files: [codeFile], count: 3, seed: 1 }
  return { attempt, aim, design, samples: [] }
}

/** What becomes of the attempt where a model answers so, and what it was asked. */
const hardened = (reply: string, of: Attempt.Attempt = attempt) => {
  const { model, prompts } = answering(reply)
  return Engine.execute(HardeningWorkflow.workflow, inputOf(of)).pipe(
    Effect.map((after) => ({ after, prompts })),
    Effect.provide(Layer.merge(model, TestRunner.layerMemory(run, evaluate)))
  )
}

const outputOf = ({ ending }: Engine.RunOutcome<Attempt.Attempt, unknown>) => {
  assert(ending._tag === "Completed")
  return ending.output
}

const replying = (...files: MutantTestStep.More) => MutantTestStep.parser.print(files)

const score = ({ hardened }: Attempt.Attempt) => hardened && [hardened.before.noticed, hardened.after.noticed]

describe("HardeningWorkflow", () => {
  it.effect("shows what no test noticed once, and adds the tests that notice it", () =>
    Effect.gen(function* () {
      const more = fileOf("tests/test_length.py", "test_r2_1_m3")
      const { after, prompts } = yield* hardened(replying(more))
      assert.deepStrictEqual(after.tests, [...tests, more])
      assert.deepStrictEqual([after.verification.outcome, after.verification.counts.passed], ["green", 3])
      assert.deepStrictEqual(score(after), [1, 2])
      assert.deepStrictEqual(after.hardened?.added, ["tests.test_length.test_r2_1_m3"])
      assert.strictEqual(prompts.length, 1)
      const shown = ["in Playlist.add, line 2", "if seconds < 2:", "if seconds <= 3:", "tests/test_songs.py"]
      for (const part of shown) assert.include(prompts[0]!, part)
      // what was noticed is not shown, and nothing of the code but these lines
      for (const part of ["if seconds < 1:", "secret", "mutant"]) assert.notInclude(prompts[0]!, part)
    })
  )

  it.effect("drops the tests that the code does not pass, and keeps the others", () =>
    Effect.gen(function* () {
      const { after } = yield* hardened(
        replying(
          fileOf("tests/test_length.py", "test_r2_1_m3", "test_r2_1_red"),
          fileOf("tests/test_other.py", "test_r1_1_red")
        )
      )
      assert.deepStrictEqual(
        after.tests.map(({ path }) => path),
        ["tests/test_songs.py", "tests/test_length.py"]
      )
      assert.strictEqual(after.verification.outcome, "green")
      assert.deepStrictEqual(score(after), [1, 2])
      assert.deepStrictEqual(after.hardened?.dropped, [
        "tests.test_length.test_r2_1_red",
        "tests.test_other.test_r1_1_red"
      ])
    })
  )

  it.effect.each([
    ["no change breaks a promise", replying()],
    ["the code passes none of the tests", replying(fileOf("tests/test_length.py", "test_r2_1_red"))],
    ["no reply can be used", replying(fileOf("tests/test_songs.py", "test_r2_1_m3"))]
  ] as const)("leaves the tests as they are where %s", ([_, reply]) =>
    Effect.gen(function* () {
      const { after } = yield* hardened(reply)
      assert.deepStrictEqual([after.tests, after.verification], [tests, verification])
      assert.deepStrictEqual(score(after), [1, 1])
    })
  )

  it.effect.each([
    ["the first mutants", 2],
    ["the tests that were written", 4],
    ["the mutants with them", 7]
  ] as const)("ends where the sandbox goes away at %s, and goes on when it is back", ([_, runs]) =>
    Effect.gen(function* () {
      const more = fileOf("tests/test_length.py", "test_r2_1_m3")
      const { model, prompts } = answering(replying(more))
      let left: number = runs
      const gone = new TestRunner.TestRunnerError({ reason: "Unavailable", detail: "no sandbox" })
      const sandbox = TestRunner.layerMemory((files) => (left-- > 0 ? run(files) : gone), evaluate)
      const made = (state: WorkflowState.WorkflowState) =>
        Effect.provide(Engine.run(HardeningWorkflow.workflow, state), Layer.merge(model, sandbox))
      const first = yield* made(yield* Engine.initialize(HardeningWorkflow.workflow, inputOf(attempt)))
      const ended = outputOf(first)
      assert.strictEqual(ended.verification.outcome, "green")
      assert.deepInclude(ended.hardened, { dropped: [], after: { noticed: 0, mutants: [], notKnown: "no sandbox" } })
      left = Infinity
      const after = outputOf(yield* made(first.state))
      assert.deepStrictEqual(
        [after.tests, score(after)],
        [
          [...tests, more],
          [1, 2]
        ]
      )
      assert.strictEqual(prompts.length, 1)
    })
  )

  it.effect("asks nobody where every mutant is noticed", () =>
    Effect.gen(function* () {
      const all = [fileOf("tests/test_songs.py", "test_r1_1_m1", "test_r1_1_m2", "test_r1_1_m3")]
      const { after, prompts } = yield* hardened("", { ...attempt, tests: all })
      assert.deepStrictEqual([prompts.length, score(after)], [0, [3, 3]])
    })
  )
})

describe("aim", () => {
  const aimed = (mutants: number | undefined, outcome: Attempt.Attempt["verification"]["outcome"] = "green") =>
    Step.run(HardeningWorkflow.aim, {
      attempt: { ...attempt, code: { ...code, "data/x.py": "" }, verification: { ...verification, outcome } },
      project: { samples: [{ path: "data/x.py", text: "" }], ...(mutants !== undefined && { mutants }) }
    })

  it.effect("is at code and no sample, where mutants are wanted and the tests are green", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* aimed(20), { isWanted: true, files: [codeFile], count: 20 })
      for (const none of [aimed(undefined), aimed(0), aimed(20, "red")]) assert.isFalse((yield* none).isWanted)
    })
  )
})
