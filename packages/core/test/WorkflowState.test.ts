import { Effect, Schema } from "effect"
import { Engine, Step, StepPath, Workflow, WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runState } from "./support/engine.ts"
import { growth } from "./support/growth.ts"

const step = Step.effect("step", { input: Schema.String, output: Schema.String, run: Effect.succeed })
const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("a", step, "input"))
const done = Effect.flatMap(Engine.initialize(workflow, "x", { run: "r" }), (state) => runState(workflow, state))

const edited = (edit: (json: any) => void) =>
  Effect.map(done, (state) => {
    const json: unknown = JSON.parse(WorkflowState.toJson(state))
    edit(json)
    return JSON.stringify(json)
  })

const reply = { model: "m", prompt: "p", reply: "r", finishReason: "stop", usage: {} }
const failure = { tag: "E", message: "", at: 0 }

const record = { step: "s", attempts: 0, replies: 0, usage: {}, requests: { started: 0, ended: 0, usage: {} } }
const whole = {
  format: 2,
  run: "r",
  workflow: "w",
  version: 1,
  definition: "d",
  status: "FAILED",
  input: null,
  events: 1,
  createdAt: 0,
  updatedAt: 0,
  records: {},
  orphaned: []
}
const numbered = (size: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, value]))
const result = (parts: number) => ({
  fingerprint: { value: "f", parts: numbered(parts, "v") },
  output: null,
  by: "code",
  at: 0
})

const many = (value: unknown) => Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [i, value]))

describe("WorkflowState", () => {
  describe("fromJson", () => {
    it.effect("gives back what toJson wrote", () =>
      Effect.gen(function* () {
        const state = yield* done
        assert.deepStrictEqual(yield* WorkflowState.fromJson(WorkflowState.toJson(state)), state)
      })
    )

    for (const [name, edit, place] of [
      ["a status that is none", (json) => (json.status = "DONE"), `["status"]`],
      ["a record without attempts", (json) => delete json.records.a.attempts, `["records"]["a"]["attempts"]`],
      ["a negative count", (json) => (json.records.a.replies = -1), `["records"]["a"]["replies"]`],
      ["a time that is no number", (json) => (json.records.a.result.at = null), `["records"]["a"]["result"]["at"]`],
      ["a time beyond all dates", (json) => (json.createdAt = 9e15), `["createdAt"]`],
      ["a time before all dates", (json) => (json.records.a.result.at = -9e15), `["records"]["a"]["result"]["at"]`],
      ["an author that is none", (json) => (json.records.a.result.by = "me"), `["records"]["a"]["result"]["by"]`],
      ["no input", (json) => delete json.input, `["input"]`],
      ["an id with a separator", (json) => (json.run = "../r"), `["run"]`],
      ["an id that is empty", (json) => (json.run = ""), `["run"]`],
      ["an id of no end", (json) => (json.run = "r".repeat(129)), `["run"]`],
      ["an origin that steers a terminal", (json) => (json.origin = "r\u001b[2J"), `["origin"]`],
      ["an origin of before that is hidden", (json) => (json.origins = ["r", ".r"]), `["origins"][1]`],
      [
        "a path that steers a terminal",
        (json) => (json.records["a\u001b[2J"] = json.records.a),
        String.raw`a\u001b[2J`
      ],
      ["a path of half a sign", (json) => (json.orphaned = ["a", "\ud83d"]), `["orphaned"][1]`],
      ["a path of another round with a line break", (json) => (json.records.a.same = "a\nb"), `["a"]["same"]`],
      ["a path of no end", (json) => (json.orphaned = ["a".repeat(1_100_000)]), `["orphaned"][0]`],
      ["a failure at no path", (json) => (json.error = { path: "\0", tag: "E", message: "" }), `["error"]["path"]`],
      ["a step's name that rings", (json) => (json.records.a.step = "a\u0007"), `["records"]["a"]["step"]`],
      ["a workflow's name that steers", (json) => (json.workflow = "w\u009b2J"), `["workflow"]`],
      ["a turn before the first", (json) => (json.records.a.replied = [{ ...reply, turn: -1 }]), `[0]["turn"]`],
      ["more attempts than can be counted", (json) => (json.records.a.attempts = 2 ** 53), `["a"]["attempts"]`],
      ["half a request", (json) => (json.records.a.requests.started = 0.5), `["requests"]["started"]`],
      ["an attempt that took less than no time", (json) => (json.records.a.durationMillis = -1), `["durationMillis"]`],
      ["a limit below 0", (json) => (json.records.a.error = { ...failure, limit: -1 }), `["error"]["limit"]`]
    ] as ReadonlyArray<readonly [string, (json: any) => void, string]>) {
      it.effect(`refuses ${name}, and says where`, () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(WorkflowState.fromJson(yield* edited(edit)))
          assert.strictEqual(error.reason, "Unreadable")
          assert.include(error.message, place)
        })
      )
    }

    it.effect("refuses what is no JSON, or JSON of something else", () =>
      Effect.gen(function* () {
        for (const text of ["", "{", "null", "[]", "7", `{"format":1}`]) {
          assert.strictEqual((yield* Effect.flip(WorkflowState.fromJson(text))).reason, "Unreadable", text)
        }
      })
    )

    it.effect("says of text that was encoded twice how it can be read", () =>
      Effect.gen(function* () {
        const text = JSON.stringify(WorkflowState.toJson(yield* done))
        const error = yield* Effect.flip(WorkflowState.fromJson(text))
        assert.strictEqual(error.reason, "Unreadable")
        assert.include(error.message, "it is JSON within a JSON string, encoded twice: JSON.parse it once before")
        assert.isTrue(Schema.is(WorkflowState.WorkflowState)(yield* WorkflowState.fromJson(JSON.parse(text))))
      })
    )

    for (const [text, found] of [
      ["", "nothing"],
      [" \n", "nothing"],
      ["null", "null"],
      ["[]", "a list"],
      ["7", "a number"],
      [`"COMPLETED"`, "a text"]
    ] as const) {
      it.effect(`says that ${JSON.stringify(text)} holds no state, and what writes one`, () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(WorkflowState.fromJson(text))
          assert.strictEqual(error.reason, "Unreadable")
          assert.include(error.message, `it holds ${found}; a state is what WorkflowState.toJson writes`)
        })
      )
    }

    for (const [name, edit, place] of [
      ["many records that are none", (json) => (json.records = many({ x: 1 })), `["records"]["0"]["step"]`],
      ["many replies that are none", (json) => (json.records.a.replied = Array(20_000).fill(7)), `["replied"][0]`],
      ["many paths that are none", (json) => (json.orphaned = Array(20_000).fill(7)), `["orphaned"][0]`],
      ["a path of a megabyte", (json) => (json.records["k".repeat(1_000_000)] = {}), `["records"]["kkk`],
      ["lists in lists beyond what can be written", (json) => (json.input = "NESTED"), "it is nested"],
      [
        "objects in objects beyond what can be written",
        (json) => (json.records.a.result.output = "DEEP"),
        "it is nested"
      ]
    ] as ReadonlyArray<readonly [string, (json: any) => void, string]>) {
      it.effect(`refuses ${name} with a message that can be read`, () =>
        Effect.gen(function* () {
          const text = (yield* edited(edit))
            .replace(`"NESTED"`, () => "[".repeat(100_000) + "]".repeat(100_000))
            .replace(`"DEEP"`, () => `{"a":`.repeat(100_000) + "0" + "}".repeat(100_000))
          const error = yield* Effect.flip(WorkflowState.fromJson(text))
          assert.strictEqual(error.reason, "Unreadable")
          assert.include(error.message, place)
          assert.isBelow(error.message.length, 2000)
        })
      )
    }

    for (const [name, fields] of [
      [
        "many replies in one record",
        (size) => ({
          records: { a: { ...record, replied: Array.from({ length: size }, () => ({ ...reply, turn: 1 })) } }
        })
      ],
      ["many records", (size) => ({ records: numbered(size, record) })],
      ["many paths that are left", (size) => ({ orphaned: Array(size * 10).fill("a") })],
      ["many fields that no state has", (size) => numbered(size * 10, 0)],
      ["many parts of a fingerprint", (size) => ({ records: { a: { ...record, result: result(size * 10) } } })],
      ["many steps that are configured", (size) => ({ config: { steps: numbered(size, { model: "m" }) } })],
      ["a large input", (size) => ({ input: Array.from({ length: size * 3 }, () => ({ a: "text", b: [1, null] })) })],
      ["a name of no end", (size) => ({ ["k".repeat(size * 1000)]: 0 })]
    ] as ReadonlyArray<readonly [string, (size: number) => object]>) {
      it(`reads ${name} in a time that grows with the text`, () => {
        const text = (size: number) => JSON.stringify({ ...whole, ...fields(size) })
        const read = (text: string) => () => void Effect.runSync(WorkflowState.fromJson(text))
        assert.isBelow(
          growth(4000, (size) => read(text(size))),
          9
        )
      })
    }

    for (const [name, written, found] of [
      ["infinity for an input", `"input":1e400`, `["input"]`],
      ["infinity in an output", `"input":[0,{"a":-1e400}]`, `["input"]`],
      ["infinity for a count", `"events":1e400`, `["events"]`],
      ["a count that a double does not hold", `"events":9007199254740993`, `["events"]`],
      ["a format that is text", `"format":"1"`, `["format"]`],
      ["a format in a list", `"format":[1]`, `["format"]`],
      ["a format that is true", `"format":true`, `["format"]`],
      ["the last of two statuses", `"status":"DONE"`, `["status"]`],
      ["a record of every object", `"records":{"__proto__":{}}`, `["records"]["__proto__"]["step"]`],
      ["a list of records", `"records":[]`, `["records"]`]
    ] as const) {
      it.effect(`refuses ${name}, whatever stood there before, and says where`, () =>
        Effect.gen(function* () {
          const text = `${JSON.stringify(whole).slice(0, -1)},${written}}`
          const error = yield* Effect.flip(WorkflowState.fromJson(text))
          assert.strictEqual(error.reason, "Unreadable")
          assert.include(error.message, found)
        })
      )
    }

    it.effect("takes odd numbers and halves of signs in texts, and writes them again", () =>
      Effect.gen(function* () {
        const input = `{"a":[-0.0,1e-400,0.1E1,"\\ud83d"],"__proto__":{"b":1}}`
        const state = yield* WorkflowState.fromJson(`${JSON.stringify(whole).slice(0, -1)},"input":${input}}`)
        const again = yield* WorkflowState.fromJson(WorkflowState.toJson(state))
        const expected = `{"a":[0,0,1,"\\ud83d"],"__proto__":{"b":1}}`
        assert.strictEqual(JSON.stringify(again.input), expected)
        assert.isUndefined(({} as { readonly b?: number }).b)
      })
    )

    it.effect("takes what was named in any language, and every key that a path can be made of", () =>
      Effect.gen(function* () {
        const paths = ["größe", "漢字", "👩‍👩‍👧", "a/%1B%5B2J", `a/${StepPath.encodeKey("\u001b[2J\ud83d")}`, ""]
        const text = yield* edited((json) => {
          for (const path of paths) json.records[path] = json.records.a
        })
        assert.includeMembers(Object.keys((yield* WorkflowState.fromJson(text)).records), paths)
      })
    )

    it.effect("takes the deepest output that a step may have", () =>
      Effect.gen(function* () {
        const output = `${"[".repeat(1000)}${"]".repeat(1000)}`
        const text = (yield* edited((json) => (json.records.a.result.output = "DEEP"))).replace(`"DEEP"`, output)
        const again = yield* WorkflowState.fromJson(WorkflowState.toJson(yield* WorkflowState.fromJson(text)))
        assert.strictEqual(JSON.stringify(again.records["a"]?.result?.output), output)
      })
    )

    it.effect("takes brackets in a text for text", () =>
      Effect.gen(function* () {
        const text = yield* edited((json) => (json.input = '\\"[{'.repeat(20_000)))
        assert.strictEqual((yield* WorkflowState.fromJson(text)).input, '\\"[{'.repeat(20_000))
      })
    )

    it.effect("tells a state that a newer version wrote", () =>
      Effect.gen(function* () {
        const text = yield* edited((json) => {
          json.format = 3
          json.status = { new: "shape" }
        })
        const error = yield* Effect.flip(WorkflowState.fromJson(text))
        assert.strictEqual(error.reason, "Newer")
        assert.include(error.message, "it has format 3")
        assert.include(error.message, "install a newer one")
      })
    )
  })

  it.effect("a number that JSON has no text for survives in an output", () =>
    Effect.gen(function* () {
      const odd = Step.effect("odd", {
        input: Schema.String,
        output: Schema.Array(Schema.Number),
        run: () => Effect.succeed([NaN, Infinity, -Infinity])
      })
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("a", odd, "input"))
      const state = yield* runState(workflow, yield* Engine.initialize(workflow, "x"))
      const back = yield* WorkflowState.fromJson(WorkflowState.toJson(state))
      assert.deepStrictEqual(back, state)
      assert.deepStrictEqual((yield* Engine.output(workflow, back)).a, [NaN, Infinity, -Infinity])
    })
  )
})
