import { Arbitrary, Context, Effect, Schema } from "effect"
import { Engine, PromptTemplate, Step, Workflow, type WorkflowError } from "@stepwright/core"
import { assert, describe, expect, expectTypeOf, it } from "@effect/vitest"
import { runState, stepState } from "./support/engine.ts"
import { runs } from "./support/texts.ts"
import { scripted } from "./support/scripted.ts"

class Left extends Schema.TaggedError<Left>()("Left", {}) {}
class Right extends Schema.TaggedError<Right>()("Right", {}) {}
class Db extends Context.Service<Db, { readonly of: number }>()("test/Db") {}
class Clock extends Context.Service<Clock, { readonly at: number }>()("test/Clock") {}

const number = (name: string, f: (n: number) => number = (n) => n) =>
  Step.effect(name, { input: Schema.Finite, output: Schema.Finite, run: (n) => Effect.succeed(f(n)) })

const left = Step.effect("left", {
  input: Schema.Finite,
  output: Schema.String,
  run: (n) => (n < 0 ? Effect.fail(new Left()) : Effect.map(Db, ({ of }) => `${n + of}`))
})
const right = Step.effect("right", {
  input: Schema.Finite,
  output: Schema.Boolean,
  run: (n) => (n > 9 ? Effect.fail(new Right()) : Effect.map(Clock, ({ at }) => n > at))
})

const begin = Workflow.make("w", { input: Schema.Finite })

const ask = Step.make("ask", {
  input: Schema.Struct({ text: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Say {{text}}"),
  variables: ({ text }) => ({ text }),
  system: "Be brief.",
  parameters: { temperature: 0.5 }
})

const Item = Schema.Struct({ id: Schema.String, needs: Schema.Array(Schema.String) })
const full = Workflow.make("full", { input: Schema.Struct({ text: Schema.String, list: Schema.Array(Item) }) }).pipe(
  Workflow.bind("first", ask, { text: "input.text" }),
  Workflow.let("size", ({ first }) => first.length),
  Workflow.all((w) => [
    w.pipe(Workflow.bind("one", ask, { text: "first" })),
    w.pipe(
      Workflow.bind(
        "nest",
        Workflow.make("nest", { input: Schema.String }).pipe(
          Workflow.bind("inner", ask, (scope) => ({ text: scope.input }))
        ),
        "first"
      )
    )
  ]),
  Workflow.forEach("each", ask, { items: "input.list", key: "id", input: { text: "item.id" } }),
  Workflow.forEachDependency("code", ask, {
    items: "input.list",
    key: "id",
    dependsOn: "needs",
    input: ({ dependencies, item }) => ({ text: [item.id, ...Object.keys(dependencies)].join(" ") })
  }),
  Workflow.andThen(
    Workflow.make("end", {
      input: Schema.Struct({ one: Schema.String, size: Schema.Finite })
    }).pipe(Workflow.bind("last", ask, { text: "input.one" }))
  )
)

describe("Workflow", () => {
  describe("types", () => {
    it("name what each combinator adds, with the errors and services of all", () => {
      const bound = begin.pipe(
        Workflow.bind("a", left, "input"),
        Workflow.bind("b", right, ({ input }) => input)
      )
      expectTypeOf(bound).toEqualTypeOf<
        Workflow.Workflow<
          number,
          { readonly input: number; readonly a: string; readonly b: boolean },
          Left | Right,
          Db | Clock
        >
      >()
      const sides = begin.pipe(
        Workflow.all((w) => [w.pipe(Workflow.bind("a", left, "input")), w.pipe(Workflow.bind("b", right, "input"))])
      )
      expectTypeOf<Workflow.Workflow<number, { readonly a: string; readonly b: boolean }, Left | Right, Db | Clock>>(
        null as unknown as typeof sides
      )
      const named = begin.pipe(Workflow.bind("a", left, "input"), Workflow.let("also", "a"))
      expectTypeOf(named).toEqualTypeOf<
        Workflow.Workflow<number, { readonly input: number; readonly a: string; readonly also: string }, Left, Db>
      >()
      // @ts-expect-error -- no "b"; there are input, a
      assert.isDefined(begin.pipe(Workflow.bind("a", left, "input"), Workflow.let("also", "b")))
      const lists = Workflow.make("w", { input: Schema.Array(Schema.Finite) }).pipe(
        Workflow.let("from", ({ input }) => input.length),
        Workflow.forEach("each", left, { items: "input", key: String, input: "item" }),
        Workflow.forEachDependency("after", right, {
          items: ({ input }) => input,
          key: String,
          dependsOn: () => [],
          input: ({ dependencies, item }) => {
            expectTypeOf(dependencies).toEqualTypeOf<Readonly<Record<string, boolean>>>()
            return item
          }
        })
      )
      expectTypeOf(lists).toEqualTypeOf<
        Workflow.Workflow<
          ReadonlyArray<number>,
          {
            readonly input: ReadonlyArray<number>
            readonly from: number
            readonly each: ReadonlyArray<string>
            readonly after: Readonly<Record<string, boolean>>
          },
          Left | Right,
          Db | Clock
        >
      >()
      const next = begin.pipe(
        Workflow.bind("a", left, "input"),
        Workflow.andThen(
          Workflow.make("end", { input: Schema.Struct({ a: Schema.String }) }).pipe(
            Workflow.bind("b", right, ({ input }) => input.a.length)
          )
        )
      )
      expectTypeOf(next).toEqualTypeOf<
        Workflow.Workflow<
          number,
          { readonly input: { readonly a: string }; readonly b: boolean },
          Left | Right,
          Db | Clock
        >
      >()
      const run = Engine.execute(next, 1)
      expectTypeOf<Effect.Error<typeof run>>().toEqualTypeOf<WorkflowError.WorkflowError<Left | Right>>()
      expectTypeOf<Effect.Services<typeof run>>().toEqualTypeOf<Db | Clock>()
    })

    it("refuse a name that is taken with a sentence", () => {
      expectTypeOf<
        Workflow.Fresh<"a", { readonly a: 1 }>
      >().toEqualTypeOf<`the name "a" is already used in this workflow`>()
      expectTypeOf<
        Workflow.Fresh<"a", string>
      >().toEqualTypeOf<"only a scope of names can be added to: this workflow's output is a plain value">()
    })
  })

  describe("names", () => {
    it("used twice are refused when the value is made", () => {
      const twice = `workflow "w": the name "a" is used twice; choose another`
      const bound = begin.pipe(Workflow.bind("a", number("x"), "input"))
      // @ts-expect-error the name "a" is already used in this workflow
      assert.throws(() => bound.pipe(Workflow.bind("a", number("x"), "input")), twice)
      // @ts-expect-error the name "a" is already used in this workflow
      assert.throws(() => bound.pipe(Workflow.let("a", () => 1)), twice)
      assert.throws(
        () =>
          begin.pipe(
            Workflow.all((w) => [
              w.pipe(Workflow.bind("a", number("x"), "input")),
              // @ts-expect-error the name "a" is used twice: another part adds it
              w.pipe(Workflow.bind("a", number("x"), "input"))
            ])
          ),
        twice
      )
      const step = Step.effect("a", { input: Schema.Unknown, output: Schema.Finite, run: () => Effect.succeed(1) })
      assert.throws(() => bound.pipe(Workflow.andThen(step)), twice)
    })

    for (const name of ["", "a b", "a/b", "a.b", "*", "50%", "__proto__", "constructor", "toString"]) {
      it(`cannot be ${JSON.stringify(name)}`, () => {
        assert.throws(() => begin.pipe(Workflow.bind(name, number("x"), "input")), "cannot be a name")
      })
    }
  })

  describe("a body", () => {
    for (const [what, body, detail] of [
      ["a function", (n: number) => n, `"two" is given a function, which is no step: Step.effect makes one of it`],
      ["nothing", undefined, `"two" is given nothing: give a step or a workflow`],
      ["a Schema", Schema.String, `"two" is given something else: give a step or a workflow`]
    ] as const) {
      it(`that is ${what} is refused when the value is made, with what to give`, () => {
        const none = body as never
        const refusal = `workflow "w": ${detail}`
        assert.throws(() => begin.pipe(Workflow.bind("two", none, "input" as never)), refusal)
        const each = { items: () => [1], key: String, input: "item" } as never
        assert.throws(() => begin.pipe(Workflow.forEach("two", none, each)), refusal)
        assert.throws(() => begin.pipe(Workflow.andThen(none)), refusal.replace(`"two"`, "andThen"))
      })
    }
  })

  describe("a selector", () => {
    for (const selector of [undefined, null, 7, true, [1], { a: 1 }]) {
      it(`that is ${JSON.stringify(selector)} is refused when the value is made, with what to give`, () => {
        const refusal = `workflow "w": the input of "two" is no selector: give a function of the scope, the dotted name of a value in it, or an object of such names`
        assert.throws(() => begin.pipe(Workflow.bind("two", number("x"), selector as never)), refusal)
        const each = { items: selector, key: String, input: "item" } as never
        assert.throws(() => begin.pipe(Workflow.forEach("two", number("x"), each)), refusal.replace("input", "items"))
      })
    }
  })

  describe("andThen", () => {
    const output = <A>(workflow: Workflow.Workflow<number, A>, n: number) => Engine.execute(workflow, n)
    const plain = Workflow.identity(Schema.Finite)
    const [a, b, c] = [
      plain.pipe(Workflow.andThen(number("a", (n) => n + 1))),
      plain.pipe(Workflow.andThen(number("b", (n) => n * 3))),
      plain.pipe(Workflow.andThen(number("c", (n) => n - 7)))
    ] as const

    it.effect.prop(
      "is associative, with identity as its identity",
      { n: Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: -1000, maximum: 1000 }))) },
      ({ n }) =>
        Effect.gen(function* () {
          const expected = (n + 1) * 3 - 7
          const [x, y, z] = [named("x", a), named("y", b), named("z", c)]
          assert.strictEqual(yield* output(x.pipe(Workflow.andThen(y), Workflow.andThen(z)), n), expected)
          assert.strictEqual(yield* output(x.pipe(Workflow.andThen(y.pipe(Workflow.andThen(z)))), n), expected)
          assert.strictEqual(yield* output(plain.pipe(Workflow.andThen(a)), n), n + 1)
          assert.strictEqual(yield* output(a.pipe(Workflow.andThen(plain), Workflow.andThen(plain)), n), n + 1)
        }),
      runs(50)
    )
  })

  describe("all", () => {
    it.effect("gives every part the scope so far and merges what they add", () =>
      Effect.gen(function* () {
        const workflow = begin.pipe(
          Workflow.bind(
            "a",
            number("a", (n) => n + 1),
            "input"
          ),
          Workflow.all((w) => [
            w.pipe(
              Workflow.bind(
                "b",
                number("b", (n) => n * 2),
                "a"
              )
            ),
            w.pipe(
              Workflow.let("c", ({ a }) => a * 3),
              Workflow.bind("d", number("d"), "c")
            ),
            w
          ])
        )
        assert.deepStrictEqual(yield* Engine.execute(workflow, 1), { input: 1, a: 2, b: 4, c: 6, d: 6 })
      })
    )

    it("refuses a part that replaces the scope", () => {
      assert.throws(
        () =>
          begin.pipe(
            Workflow.all((w) => [
              w.pipe(
                Workflow.andThen(
                  Step.effect("text", {
                    input: Schema.Struct({ input: Schema.Finite }),
                    output: Schema.Struct({ input: Schema.String }),
                    run: () => Effect.succeed({ input: "other" })
                  })
                )
              )
            ])
          ),
        "andThen"
      )
    })
  })

  describe("Description", () => {
    it("gives the definition as JSON, with wires as data and functions named as such", () => {
      const description = Workflow.describe(full)
      assert.deepStrictEqual(JSON.parse(JSON.stringify(description)), description)
      expect(description).toMatchSnapshot()
    })

    it("says the paths of all steps, `*` standing for an item", () => {
      assert.deepStrictEqual(Workflow.stepPaths(full), ["first", "one", "nest/inner", "each/*", "code/*", "end/last"])
    })
  })

  describe("toMermaid", () => {
    it("draws the definition", () => {
      expect(Workflow.toMermaid(full)).toMatchSnapshot()
    })

    it.effect("colours steps by their status", () =>
      Effect.gen(function* () {
        const list = [{ id: "a", needs: [] }]
        const state = yield* Engine.initialize(full, { text: "x", list }, { run: "r" })
        const first = yield* stepState(full, state, "first")
        const drawn = Workflow.toMermaid(full, first)
        assert.include(drawn, "class n0 done")
        assert.include(drawn, "class n2 waiting")
        const done = Workflow.toMermaid(full, yield* runState(full, first))
        assert.notInclude(done.replace(/classDef.*/g, ""), "waiting")
      }).pipe(Effect.provide(scripted("ok").layer))
    )

    const Triage = Schema.Struct({ kind: Schema.Literals(["bug", "question"]), text: Schema.String })
    const risky = Step.effect("risky", {
      input: Schema.Finite,
      output: Schema.Finite,
      run: () => Effect.fail(new Left())
    })
    const ways = Workflow.make("triage", { input: Triage }).pipe(
      Workflow.gate("approval", { question: Triage, input: "input", decision: Schema.Boolean }),
      Workflow.branch("answer", {
        on: "input.kind",
        cases: { bug: number("fix"), question: number("reply") },
        input: () => 1
      }),
      Workflow.sample("drafts", number("draft"), { input: () => 1, count: 3 }),
      Workflow.iterate("refine", number("better"), { input: () => 1, until: () => true, atMost: 5 }),
      Workflow.timeout("slow", number("long"), { input: () => 1, after: "90 seconds" }),
      Workflow.fallback("safe", risky, { input: () => 1, errors: ["Left"], otherwise: number("plain") }),
      Workflow.bind("last", number("last"), () => 1)
    )

    it("draws the ways that a run may go, and how often", () => {
      expect(Workflow.toMermaid(ways)).toMatchInlineSnapshot(`
        "flowchart TD
          start(["triage"])
          n0{{"approval"}}
          n1{"answer"}
          n2["bug: fix"]
          n3["question: reply"]
          subgraph g4 ["drafts (3 samples)"]
          n5["*: draft"]
          end
          subgraph g6 ["refine (rounds, at most 5)"]
          n7["*: better"]
          end
          n8["slow: long (at most 1m 30s)"]
          subgraph g9 ["safe"]
          n10["try: risky"]
          n11["otherwise: plain"]
          end
          n12["last"]
          start --> n0
          n0 --> n1
          n1 -->|"bug"| n2
          n1 -->|"question"| n3
          n2 --> n5
          n3 --> n5
          n5 --> n7
          n7 --> n8
          n8 --> n10
          n10 -. "Left" .-> n11
          n10 --> n12
          n11 --> n12"
      `)
    })

    it.effect("colours what waits for a decision, and what failed and was taken over", () =>
      Effect.gen(function* () {
        const input = { kind: "bug", text: "x" } as const
        const waiting = yield* runState(ways, yield* Engine.initialize(ways, input, { run: "r" }))
        assert.match(Workflow.toMermaid(ways, waiting), /class n0 undecided/)
        const decided = yield* Engine.decide(ways, waiting, "approval", true)
        assert.match(Workflow.toMermaid(ways, decided), /class n0 done/)
        const drawn = Workflow.toMermaid(ways, yield* runState(ways, decided))
        assert.match(drawn, /class n10 takenOver\n  class n11 done/)
        // the way that is not gone
        assert.match(drawn, /class n2 done\n  class n3 waiting/)
      })
    )

    describe("a gate", () => {
      const approval = { question: Schema.String, decision: Schema.Boolean }
      const gated = Workflow.make("gated", { input: Schema.String }).pipe(
        Workflow.gate("approval", { ...approval, input: "input" }),
        Workflow.bind("last", number("last"), () => 1)
      )
      const decidedRun = <Out, E, R>(workflow: Workflow.Workflow<string, Out, E, R>, path: string) =>
        Effect.gen(function* () {
          const waiting = yield* runState(workflow, yield* Engine.initialize(workflow, "x", { run: "r" }))
          return yield* runState(workflow, yield* Engine.decide(workflow, waiting, path, true))
        })

      it.effect("waits again where a new decision is asked for, as a step where a new result is", () =>
        Effect.gen(function* () {
          const done = yield* decidedRun(gated, "approval")
          assert.match(Workflow.toMermaid(gated, done), /class n0 done\n  class n1 done/)
          const fork = yield* Engine.fork(gated, done, "approval")
          for (const state of [fork, yield* runState(gated, fork)]) {
            assert.match(Workflow.toMermaid(gated, state), /class n0 undecided\n  class n1 done/)
          }
          const step = yield* Engine.fork(gated, done, "last")
          assert.match(Workflow.toMermaid(gated, step), /class n0 done\n  class n1 waiting/)
        })
      )

      it.effect("waits no more where its item is gone, or its way is not gone any more", () =>
        Effect.gen(function* () {
          const keyed = (key: string) =>
            Workflow.make("keyed", { input: Schema.String }).pipe(
              Workflow.forEach(
                "each",
                Workflow.make("item", { input: Schema.String }).pipe(
                  Workflow.gate("approval", { ...approval, input: "input" })
                ),
                { items: ({ input }) => [input], key: () => key, input: "item" }
              )
            )
          const moved = yield* runState(keyed("b"), yield* decidedRun(keyed("a"), "each/a/approval"))
          assert.strictEqual(moved.status, "COMPLETED")
          assert.match(Workflow.toMermaid(keyed("b"), moved), /class n1 done/)

          const way = Workflow.make("way", { input: Schema.String }).pipe(
            Workflow.branch("way", {
              on: ({ input }) => input === "x",
              cases: { true: gated, false: gated },
              input: "input"
            })
          )
          const waiting = yield* runState(way, yield* Engine.initialize(way, "x", { run: "w" }))
          const other = yield* runState(way, yield* Engine.set(way, waiting, "input", "y"))
          const done = yield* runState(way, yield* Engine.decide(way, other, "way/false/approval", true))
          assert.strictEqual(done.status, "COMPLETED")
          assert.match(
            Workflow.toMermaid(way, done),
            /class n2 waiting\n  class n3 waiting\n  class n5 done\n  class n6 done/
          )
        })
      )
    })

    it("keeps links out of frames, for what a frame names is drawn inside it", () => {
      let depth = 0
      for (const line of Workflow.toMermaid(full).split("\n")) {
        if (line.includes("subgraph")) depth++
        else if (line.trim() === "end") depth--
        else if (line.includes("-->")) assert.strictEqual(depth, 0, line)
      }
      assert.strictEqual(depth, 0)
    })

    it("escapes what Mermaid would read in a label", () => {
      const odd = Workflow.make(`a "b" #35; <b>`, { input: Schema.Finite }).pipe(
        Workflow.bind("x#quot;`y`", number("n"), "input")
      )
      const drawn = Workflow.toMermaid(odd)
      assert.include(drawn, `"a #34;b#34; #35;35; #60;b#62;"`)
      assert.include(drawn, `"x#35;quot;#96;y#96;: n"`)
    })

    it("goes from all that is tried to what else is done, whichever step of it fails", () => {
      const two = Workflow.make("two", { input: Schema.Finite }).pipe(
        Workflow.bind("first", risky, "input"),
        Workflow.bind("second", number("second"), "first")
      )
      const safe = Workflow.make("safe", { input: Schema.Finite }).pipe(
        Workflow.fallback("either", two, { input: "input", errors: ["Left"], otherwise: number("plain") }),
        Workflow.bind("last", number("last"), () => 1)
      )
      expect(Workflow.toMermaid(safe)).toMatchInlineSnapshot(`
        "flowchart TD
          start(["safe"])
          subgraph g0 ["either"]
          subgraph g1 ["try"]
          n2["first: risky"]
          n3["second"]
          end
          n4["otherwise: plain"]
          end
          n5["last"]
          start --> n2
          n2 --> n3
          g1 -. "Left" .-> n4
          n3 --> n5
          n4 --> n5"
      `)
    })

    it("labels a way by its case as it is, and no link by nothing, which Mermaid does not read", () => {
      const Size = Schema.Literals(["", "a|b", "very large", "100%"])
      const sized = Workflow.make("sized", { input: Size }).pipe(
        Workflow.branch("size", {
          on: "input",
          cases: { "": number("none"), "a|b": number("odd"), "very large": number("large"), "100%": number("whole") },
          input: () => 1
        }),
        Workflow.fallback("safe", risky, { input: () => 1, errors: [], otherwise: number("plain") })
      )
      const drawn = Workflow.toMermaid(sized)
      assert.deepStrictEqual(drawn.match(/(?<=n0 -->).*(?= n)/g), [`|" "|`, `|"a|b"|`, `|"very large"|`, `|"100#37;"|`])
      assert.include(drawn, `n3["very large: large"]`)
      assert.include(drawn, `n4["100#37;: whole"]`)
      assert.include(drawn, `-. " " .->`)
    })
  })

  describe("configure", () => {
    it.effect("gives a new workflow with prompts, models and parameters by path; the old one stays as it is", () =>
      Effect.gen(function* () {
        const before = Workflow.describe(full)
        const configured = yield* Workflow.configure(full, {
          model: "small",
          repair: 0,
          steps: {
            first: { prompt: "{{outputFormat}}{{text}}?", system: "Be long.", model: ["large", "small"] },
            nest: { steps: { inner: { parameters: { seed: 1 } } } },
            each: { steps: { "*": { repair: 5 } } }
          }
        })
        const settings = Object.fromEntries(Workflow.steps(configured).map(({ path, step }) => [path, step.model]))
        assert.deepInclude(settings["first"], { models: ["large", "small"], system: "Be long.", repair: 0 })
        assert.strictEqual(settings["first"]?.prompt.source, "{{outputFormat}}{{text}}?")
        assert.deepInclude(settings["nest/inner"], { models: ["small"], parameters: { temperature: 0.5, seed: 1 } })
        assert.strictEqual(settings["each/*"]?.repair, 5)
        assert.strictEqual(settings["one"]?.prompt.source, "Say {{text}}")
        assert.deepStrictEqual(Workflow.describe(full), before)
        const { layer, requests } = scripted("ok")
        yield* Effect.provide(Engine.execute(configured, { text: "x", list: [] }), layer)
        assert.deepStrictEqual(
          requests[0]?.messages.map(({ content }) => content),
          ["Be long.", "x?"]
        )
      })
    )

    it.effect("lets what stands at the top hold only for steps that set nothing themselves", () =>
      Effect.gen(function* () {
        const own = Step.make("own", {
          input: Schema.String,
          output: Schema.String,
          prompt: PromptTemplate.make("Say {{text}}"),
          variables: (text) => ({ text }),
          model: "mine",
          repair: 1
        })
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("own", own, "input"))
        const [step] = Workflow.steps(yield* Workflow.configure(workflow, { model: "all", repair: 9 }))
        assert.deepInclude(step?.step.model, { models: ["mine"], repair: 1 })
      })
    )

    it.effect("refuses settings for a step that asks no model", () =>
      Effect.gen(function* () {
        const workflow = begin.pipe(Workflow.bind("a", number("a"), "input"))
        const error = yield* Effect.flip(Workflow.configure(workflow, { steps: { a: { model: "x" } } }))
        assert.strictEqual(error.path, "a")
        assert.include(error.message, "asks no model")
        assert.isTrue(Workflow.isWorkflow(yield* Workflow.configure(workflow, { model: "x" })))
      })
    )
  })
})

const named = <A>(name: string, body: Workflow.Workflow<number, A>) => ({ ...body, name })
