import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration } from "effect"
import { LlmError, OutputParser, TestRunner, WorkflowError } from "@stepwright/core"

interface ErrorClass {
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
  new (fields: object): Error & { readonly _tag: string }
}

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === "function" && value.prototype instanceof Error

/** Every error that a public module of the packages exports. */
const classes: Array<ErrorClass> = []
for (const name of ["core", "llm", "steps", "cluster", "node-runner"]) {
  const folder = join("packages", name, "src")
  for (const file of readdirSync(folder).filter((file) => file.endsWith(".ts") && !/^(index|main)\.ts$/.test(file))) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as they import each other
    const exported: Readonly<Record<string, unknown>> = await import(resolve(folder, file))
    classes.push(...Object.values(exported).filter(isErrorClass))
  }
}

const detail = "what went wrong, and where"
/** What the fields of errors hold, by name; first the names that mean something else in one error than in others. */
const values: Readonly<Record<string, unknown>> = {
  "JournalError.reason": "Failed",
  "TestRunnerError.reason": "Crashed",
  "WorkflowStateError.reason": "Unreadable",
  "WorkflowError.reason": new WorkflowError.InvalidItems({ detail }),
  "LlmError.reason": new LlmError.NetworkFailure({ detail }),
  "StepOutputError.reason": new OutputParser.OutputParseError({
    expected: "JSON",
    found: "a text",
    place: "line 1",
    detail,
    truncated: false
  }),
  "VerificationError.reason": new TestRunner.TestRunnerError({ reason: "Crashed", detail }),
  "EditError.reason": "NotFound",
  "Red.run": 3,
  "Unsupported.run": 3,
  "WrongWorkflow.found": "other",
  workflow: "book",
  migration: "0004_more",
  "WorkflowDefinitionError.problems": [{ keys: ["steps", 2], path: "draft", detail }],
  detail,
  place: 'step "draft"',
  run: "r1",
  expected: "JSON",
  found: "a text",
  line: 2,
  column: 3,
  index: 1,
  search: "the lines to replace",
  lines: [],
  nearest: { line: 2, text: "the line to replace" },
  path: "design/tasks",
  missing: "design",
  cases: ["bug", "question"],
  gates: ["approval"],
  millis: 1000,
  journal: 3,
  state: 2,
  model: "large",
  models: ["small"],
  file: "prices.json",
  date: "2026-11-26",
  unused: ["step a"],
  unforeseen: ["step b"],
  step: "draft",
  turns: 3,
  usage: { input: 1 },
  passed: 1,
  failed: 1,
  errors: 0,
  skipped: 1,
  expectedFailures: 0,
  unsupported: 2,
  problems: [{ test: "test_sum", kind: "failure", detail }],
  truncated: false,
  after: Duration.seconds(3),
  severity: "error",
  code: "Usage",
  message: detail,
  target: null
}

const example = (made: ErrorClass) => {
  const { name: tag } = made.prototype as Error
  const given = Object.keys(made.fields).map((field) => [field, values[`${tag}.${field}`] ?? values[field]])
  return new made(Object.fromEntries(given.filter(([field, value]) => field !== "_tag" && value !== undefined)))
}

/** How often a text is in another. */
const count = (part: string, text: string) => text.split(part).length - 1

/** How often the name with the message, the message and a stack are in what is printed. */
const printedOf = (printed: string, { _tag, message }: { readonly _tag: string; readonly message: string }) => ({
  header: count(`${_tag}: ${message}`, printed),
  message: count(message, printed),
  stacks: printed.match(/(?:^ +at .*\n?)+/gm)?.length
})
const once = { header: 1, message: 1, stacks: 1 }

describe("every public error", () => {
  it("has the name of its class, which is its tag", () => {
    assert.isAbove(classes.length, 40)
    for (const made of classes) assert.strictEqual(made.name, example(made)._tag)
  })

  it("keeps all its fields where it is spread or goes to JSON", () => {
    for (const made of classes) {
      const error = example(made)
      // the message of any error is told, and not spread
      const isKept = (field: string) => field !== "message" && Reflect.get(error, field) !== undefined
      const fields = Object.keys(made.fields).filter(isKept)
      assert.includeMembers(Object.keys({ ...error }), fields)
      assert.includeMembers(Object.keys(JSON.parse(JSON.stringify(error))), fields)
    }
  })

  for (const made of classes) {
    // what Node prints of an error that nobody caught
    it(`is printed with one name, its message once and one stack: ${(made.prototype as Error).name}`, () => {
      const error = example(made)
      for (const printed of [inspect(error, { customInspect: false, depth: 10 }), Cause.pretty(Cause.fail(error))]) {
        assert.deepStrictEqual(printedOf(printed, error), once)
      }
    })
  }
})

describe("a run that fails", () => {
  const program = (end: string) => `
    import { Console, Effect, Schema } from "effect"
    import { Engine, Step, Workflow } from "@stepwright/core"
    class Late extends Schema.TaggedError()("Late", { at: Schema.String }) {
      get message() { return "late at " + this.at }
    }
    const fails = () => Effect.fail(new Late({ at: "noon" }))
    const late = Step.effect("late", { input: Schema.String, output: Schema.String, run: fails })
    const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("late", late, "input"))
    const program = Engine.execute(workflow, "x")
    ${end}`

  const stderrOf = (end: string) => {
    const argv = ["--input-type=module", "--eval", program(end)]
    return spawnSync(process.execPath, argv, { encoding: "utf8" }).stderr
  }

  const defects = `
    import { Effect, Schema } from "effect"
    import { Engine, Step, Workflow } from "@stepwright/core"
    const step = (options) => Step.effect("nothing", { input: Schema.Null, output: Schema.Null, run: () => Effect.succeed(null), ...options })
    const begin = Workflow.make("w", { input: Schema.Null })
    const fed = (input, options) => begin.pipe(Workflow.bind("a", step(options), input))
    const mine = () => { throw new TypeError("boo") }
    const workflows = {
      selector: fed(mine),
      wire: fed("inptu"),
      odd: fed(() => { throw Object.create(null) }),
      plain: fed("input", { run: () => Effect.fail({ code: 5 }) }),
      key: fed("input", { key: () => Effect.succeed(new Date(0)) })
    }`

  const defectOf = (which: string) => {
    const end = `await Effect.runPromise(Engine.execute(workflows["${which}"], null))`
    const argv = ["--input-type=module", "--eval", `${defects}\n${end}`]
    return spawnSync(process.execPath, argv, { encoding: "utf8" }).stderr
  }

  it("is told by Node with one name, its message once, and the stack of the step's own error", () => {
    const stderr = stderrOf("await Effect.runPromise(program)")
    assert.deepStrictEqual(printedOf(stderr, { _tag: "WorkflowError", message: "late: late at noon" }), once)
    assert.include(stderr, "at fails")
    assert.notInclude(stderr, "Base")
  })

  it.each([
    ["a selector", "selector", "a: a selector or template function threw: TypeError: boo"],
    ["a wire that leads nowhere", "wire", 'a: a selector or template function threw: TypeError: the wire "inptu"'],
    ["what is thrown that is no error", "odd", "a: a selector or template function threw: {}"]
  ])("is told by Node with one message and the stack of what went wrong: %s", (_, which, message) => {
    const stderr = defectOf(which)
    assert.strictEqual(count(message, stderr), 1)
    assert.strictEqual(count("boo", stderr.replaceAll(/^ .*$/gm, "")) <= 1, true)
    assert.strictEqual(stderr.match(/(?:^ +at .*\n?)+/gm)?.length, 1)
    if (which === "selector") assert.include(stderr, "at mine")
  })

  it("tells a failure that is no error by what it holds", () => {
    const stderr = defectOf("plain")
    assert.include(stderr, `WorkflowError: a: {"code":5}`)
  })

  it("names the step whose key JSON cannot hold", () => {
    assert.include(defectOf("key"), 'the key of "nothing": JSON cannot hold an instance of Date')
  })

  it("is told in a line by what the documents show", () => {
    const stderr = stderrOf("await Effect.runPromise(Effect.catch(program, (error) => Console.error(error.message)))")
    assert.strictEqual(stderr, "late: late at noon\n")
  })
})
