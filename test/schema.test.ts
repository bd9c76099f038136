import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv2020 } from "ajv/dist/2020.js"
import { Effect, Schema } from "effect"
import { Step, TestRunner, WorkflowDefinition, WorkflowEvent, WorkflowState } from "@stepwright/core"
import { ArchitectureDesignPrompt, ReportStep, RequirementPrompt, TraceStep } from "@stepwright/steps"
import { describe, it } from "@effect/vitest"
import { assert, expect } from "vitest"
import * as api from "./before/api.ts"
import { answers, copyOf, jsonOf, namesIn, textOf, workflows, worldOf } from "./before/stored.ts"
import { place } from "./support/cli.ts"
import { type Json, sections } from "./support/schemaTables.ts"

const root = join(import.meta.dirname, "..")
const schemas = { state: WorkflowState.jsonSchema(), event: WorkflowEvent.jsonSchema() }
const pretty = (json: unknown) => `${JSON.stringify(json, null, 2)}\n`
const golden = (name: string) => readFileSync(join(import.meta.dirname, "golden", name), "utf8")

/** All fields that a JSON Schema speaks of, by their place. */
const fieldsIn = (json: unknown, at = ""): ReadonlyArray<readonly [string, Json]> => {
  if (typeof json !== "object" || json === null) return []
  const { properties = {} } = json as Json
  return [
    ...Object.entries(properties).map(([name, field]) => [`${at}/${name}`, field] as const),
    ...Object.entries(json).flatMap(([name, inner]) => fieldsIn(inner, `${at}/${name}`))
  ]
}

// an implementation of JSON Schema that shares nothing with the one that the Schemas are written in
const ajv = new Ajv2020({ strict: true, strictTuples: false })
const validate = { state: ajv.compile(schemas.state), event: ajv.compile(schemas.event) }

/** What the validator has against some JSON. */
const faultOf = (of: keyof typeof validate, json: unknown): string | undefined =>
  validate[of](json) ? undefined : `${ajv.errorsText(validate[of].errors)} in ${JSON.stringify(json).slice(0, 500)}`

describe.each(["state", "event"] as const)("stepwright schema %s", (of) => {
  it("prints what the library gives", async () => {
    const { stdout } = await place().stepwright("schema", of)
    assert.deepStrictEqual<unknown>(JSON.parse(stdout), schemas[of])
  })

  it("is published with core", () =>
    expect(pretty(schemas[of])).toMatchFileSnapshot(join(root, `packages/core/schemas/${of}.json`)))

  it("describes every field, and itself", () => {
    const fields = fieldsIn(schemas[of])
    assert.isAbove(fields.length, 50)
    const silent = fields.filter(([place, { description }]) => !description && !place.endsWith("/_tag"))
    assert.deepStrictEqual(silent, [])
    const { $defs } = schemas[of] as { readonly $defs: Readonly<Record<string, Json>> }
    assert.deepStrictEqual(
      Object.keys($defs).filter((name) => !$defs[name]?.description),
      []
    )
  })
})

describe("the JSON Schema of a definition", () => {
  const json = WorkflowDefinition.jsonSchema()

  it("is published with core", () =>
    expect(pretty(json)).toMatchFileSnapshot(join(root, "packages/core/schemas/definition.json")))

  it("describes every word, and takes what the library takes", () => {
    const silent = fieldsIn(json).filter(([, { description }]) => !description)
    assert.deepStrictEqual(silent, [])
    const accepts = ajv.compile(json)
    const node = { bind: { step: "a", model: "b" }, input: { x: "input" } }
    const definition = { name: "w", input: { type: "string" }, steps: [{ a: node }, { all: [[{ b: node }]] }] }
    assert.isTrue(accepts(definition), ajv.errorsText(accepts.errors))
    assert.isFalse(accepts({ ...definition, steps: [{ a: { ...node, concurrency: 2 } }] }))
    assert.isFalse(accepts({ ...definition, steps: [{ a: node, b: node }] }))
  })
})

describe("docs/29-state-and-events.md", () => {
  it("has every field and every event", async () => {
    const file = join(root, "docs/29-state-and-events.md")
    const [prose] = readFileSync(file, "utf8").split("\n## State\n")
    await expect(`${prose}\n${sections(schemas)}`).toMatchFileSnapshot(file)
  })
})

describe("another validator", () => {
  it("accepts what is stored of this format", () => {
    for (const name of ["state-2.json", "imported-2.json"]) {
      assert.isUndefined(faultOf("state", JSON.parse(golden(name))))
    }
    const lines = ["events-2.jsonl", "imported-2.jsonl"].flatMap((name) => golden(name).trimEnd().split("\n"))
    for (const line of lines) assert.isUndefined(faultOf("event", JSON.parse(line)))
  })

  it.effect.each(namesIn("states"))("accepts the state %s", (name) =>
    Effect.gen(function* () {
      const state = yield* api.fromText(textOf("states", `${name}.json`))
      assert.isUndefined(faultOf("state", api.written(state)))
    })
  )

  it.effect.each(namesIn("runs"))("accepts the run %s, and what becomes of it", (name) => {
    const { directory, run } = copyOf(name)
    return Effect.gen(function* () {
      const workflow = workflows[jsonOf("states", `${name}.json`)["workflow"]]!
      const state = yield* api.run(workflow, yield* api.load(workflow, run))
      assert.isUndefined(faultOf("state", api.written(state)))
      const { load } = yield* api.openJournal
      for (const event of yield* load(run)) {
        assert.isUndefined(faultOf("event", JSON.parse(JSON.stringify(event))))
      }
    }).pipe(Effect.provide([api.journal(directory), api.mock(answers), worldOf(name)]))
  })

  const state = JSON.parse(golden("state-2.json"))
  const record = state.records["each/a"]
  const replied = { _tag: "StepReplied", path: "a", ...state.records["each/twice"].replied[0], at: 0 }
  it.each<readonly [string, keyof typeof validate, unknown]>([
    ["a state of another format", "state", { ...state, format: 7 }],
    ["a state without records", "state", { ...state, records: undefined }],
    ["a status that is none", "state", { ...state, status: "DONE" }],
    ["a record that is none", "state", { ...state, records: { a: { ...record, attempts: -1 } } }],
    ["half a token", "state", { ...state, records: { a: { ...record, usage: { input: 0.5 } } } }],
    ["a time of no date", "state", { ...state, createdAt: 9e15 }],
    ["a configuration of no model", "state", { ...state, config: { steps: { a: { model: [] } } } }],
    ["an event that is none", "event", { _tag: "StepSkipped", path: "a", at: 0 }],
    ["an event without its time", "event", { ...replied, at: undefined }],
    ["a reason to stop that is none", "event", { ...replied, finishReason: "tired" }],
    ["a state for an event", "event", state]
  ])("refuses %s, as the library does", (_, of, json) => {
    const text = JSON.parse(JSON.stringify(json))
    assert.isDefined(faultOf(of, text))
    const outcome =
      of === "state"
        ? Effect.runSync(Effect.result(WorkflowState.fromJson(JSON.stringify(json))))
        : WorkflowEvent.decode(text)
    assert.strictEqual(outcome._tag, "Failure")
  })
})

describe("stepwright schema report", () => {
  it("prints what the library gives, which another validator takes reports by", async () => {
    const { stdout } = await place().stepwright("schema", "report")
    const printed = JSON.parse(stdout)
    assert.deepStrictEqual<unknown>(printed, ReportStep.jsonSchema())
    const takes = ajv.compile(printed)
    const verification = { outcome: "empty", counts: TestRunner.counts({ tests: [] }), tests: [], doubts: [] } as const
    const documents = [{ path: "a.md", text: "A song is kept." }]
    const report = await Effect.runPromise(
      Step.run(ReportStep.step, {
        documents,
        design: ArchitectureDesignPrompt.example,
        attempt: {
          specification: TraceStep.trace(RequirementPrompt.example, documents),
          code: {},
          tests: [],
          acceptance: [],
          verification
        },
        coverage: {}
      })
    )
    const json = JSON.parse(JSON.stringify(Schema.encodeSync(Schema.toCodecJson(ReportStep.Report))(report)))
    assert.isTrue(takes(json), ajv.errorsText(takes.errors))
    assert.isFalse(takes({ ...json, outcome: "fine" }))
  })
})
