import { Effect, Result, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"

const step = (name: string) =>
  Step.effect(name, { input: Schema.Unknown, output: Schema.Any, run: () => Effect.succeed(null) })

const Input = Schema.Struct({ title: Schema.String, notes: Schema.Any, list: Schema.Array(Schema.Any) })
const begin = Workflow.make("w", { input: Input })
const ask = step("ask")

const reads = (workflow: Workflow.Any, path: string) => {
  const { direct, input, steps } = Result.getOrThrow(Workflow.readsFrom(workflow, path))
  return { direct: [...direct.steps, ...direct.input], steps, input }
}

describe("Workflow", () => {
  describe("readsFrom", () => {
    it("tells what a step is fed from, and what that is fed from in turn, in the order of the definition", () => {
      const workflow = begin.pipe(
        Workflow.bind("plan", ask, "input.title"),
        Workflow.bind("code", ask, { plan: "plan", notes: "input.notes" }),
        Workflow.bind("tests", ask, { plan: "plan" }),
        Workflow.bind("verdict", ask, { tests: "tests", code: "code" })
      )
      assert.deepStrictEqual(reads(workflow, "plan"), { direct: ["input.title"], steps: [], input: ["input.title"] })
      assert.deepStrictEqual(reads(workflow, "tests"), { direct: ["plan"], steps: ["plan"], input: ["input.title"] })
      assert.deepStrictEqual(reads(workflow, "verdict"), {
        direct: ["code", "tests"],
        steps: ["plan", "code", "tests"],
        input: ["input.notes", "input.title"]
      })
      expectTypeOf(Result.getOrThrow(Workflow.readsFrom(workflow, "plan"))).toEqualTypeOf<Workflow.ReadsFrom>()
    })

    it("counts all of the scope so far for a function, and nothing that comes after it", () => {
      const workflow = begin.pipe(
        Workflow.bind("a", ask, "input.title"),
        Workflow.bind("b", ask, ({ input }) => input.title),
        Workflow.bind("c", ask, "input.title")
      )
      assert.deepStrictEqual(reads(workflow, "b"), { direct: ["a", "input"], steps: ["a"], input: ["input"] })
      assert.deepStrictEqual(reads(workflow, "c").steps, [])
    })

    it("names a field of the input once, by the shortest name that has it in it", () => {
      const workflow = begin.pipe(
        Workflow.bind("a", ask, "input.notes.first"),
        Workflow.bind("b", ask, { a: "a", notes: "input.notes", title: "input.title" })
      )
      assert.deepStrictEqual(reads(workflow, "b").input, ["input.notes", "input.title"])
    })

    it("follows a nested workflow's own input, and what of its scope is read from outside", () => {
      const inner = Workflow.make("inner", { input: Schema.Struct({ topic: Schema.String, rest: Schema.Any }) }).pipe(
        Workflow.bind("first", ask, "input.topic"),
        Workflow.bind("second", ask, "input.rest")
      )
      const workflow = begin.pipe(
        Workflow.bind("a", ask, "input.notes"),
        Workflow.bind("in", inner, { topic: "input.title", rest: "a" }),
        Workflow.bind("one", ask, "in.first"),
        Workflow.bind("through", ask, "in.input.topic"),
        Workflow.bind("whole", ask, "in")
      )
      assert.deepStrictEqual(reads(workflow, "in/first"), {
        direct: ["input.title"],
        steps: [],
        input: ["input.title"]
      })
      assert.deepStrictEqual(reads(workflow, "in/second").steps, ["a"])
      assert.deepStrictEqual(reads(workflow, "one").steps, ["in/first"])
      assert.deepStrictEqual(reads(workflow, "through"), { direct: ["input.title"], steps: [], input: ["input.title"] })
      assert.deepStrictEqual(reads(workflow, "whole").steps, ["a", "in/first", "in/second"])
    })

    it("follows `andThen`, `let` and the parts of `all`, which do not see each other", () => {
      const workflow = begin.pipe(
        Workflow.bind("a", ask, "input.title"),
        Workflow.all((scope) => [
          scope.pipe(
            Workflow.bind("b", ask, "a"),
            Workflow.bind("c", ask, (scope) => scope)
          ),
          scope.pipe(Workflow.bind("d", ask, (scope) => scope))
        ]),
        Workflow.let("e", ({ d }) => d as unknown),
        Workflow.bind("f", ask, "b"),
        Workflow.bind("g", ask, "e"),
        Workflow.andThen(
          Workflow.make("rest", { input: Schema.Struct({ f: Schema.Any }) }).pipe(Workflow.bind("h", ask, "input.f"))
        )
      )
      assert.deepStrictEqual(reads(workflow, "c").direct, ["a", "b", "input"])
      assert.deepStrictEqual(reads(workflow, "d").direct, ["a", "input"])
      assert.deepStrictEqual(reads(workflow, "f").steps, ["a", "b"])
      assert.deepStrictEqual(reads(workflow, "g").direct, ["a", "b", "c", "d", "input"])
      assert.deepStrictEqual(reads(workflow, "rest/h"), {
        direct: ["f"],
        steps: ["a", "b", "f"],
        input: ["input.title"]
      })
    })

    it("counts for an item what the items are made of, and of its dependencies what it reads", () => {
      const options = { items: "plan.parts", key: "id", dependsOn: "needs" } as const
      const workflow = begin.pipe(
        Workflow.bind("plan", ask, "input.title"),
        Workflow.bind("other", ask, "input.notes"),
        Workflow.forEach("each", ask, { items: "input.list", key: "id", input: { item: "item", other: "other" } }),
        Workflow.forEachDependency("apart", ask, { ...options, input: "item.text" }),
        Workflow.forEachDependency("built", ask, { ...options, input: { item: "item", built: "dependencies" } }),
        Workflow.bind("after", ask, "each")
      )
      assert.deepStrictEqual(reads(workflow, "each/*"), {
        direct: ["other", "input.list"],
        steps: ["other"],
        input: ["input.list", "input.notes"]
      })
      assert.deepStrictEqual(reads(workflow, "apart/*").steps, ["plan"])
      assert.deepStrictEqual(reads(workflow, "built/*").steps, ["plan", "built/*"])
      assert.deepStrictEqual(reads(workflow, "after").direct, ["each/*", "input.list"])
    })

    it("counts for a way what tells that it is gone, and for who reads of it either", () => {
      const workflow = begin.pipe(
        Workflow.bind("kind", step("kind"), "input.title"),
        Workflow.branch("way", {
          on: ({ kind }): boolean => kind as boolean,
          cases: { true: step("yes"), false: Workflow.identity(Schema.Any) },
          input: "input.notes"
        }),
        Workflow.bind("after", ask, "way"),
        Workflow.bind("beside", ask, "input.notes")
      )
      assert.deepStrictEqual(reads(workflow, "way/true"), {
        direct: ["kind", "input"],
        steps: ["kind"],
        input: ["input"]
      })
      assert.deepStrictEqual(reads(workflow, "after").direct, ["kind", "way/true", "input"])
      assert.deepStrictEqual(reads(workflow, "beside").steps, [])
    })

    it("counts for another way what was tried before it", () => {
      class Broken extends Schema.TaggedError<Broken>()("Broken", {}) {}
      const risky = Step.effect("risky", {
        input: Schema.Unknown,
        output: Schema.Any,
        error: Broken,
        run: () => Effect.fail(new Broken())
      })
      const workflow = begin.pipe(
        Workflow.fallback("either", risky, { input: "input.title", errors: ["Broken"], otherwise: step("other") }),
        Workflow.bind("after", ask, "either")
      )
      assert.deepStrictEqual(reads(workflow, "either/try").steps, [])
      assert.deepStrictEqual(reads(workflow, "either/otherwise").steps, ["either/try"])
      assert.deepStrictEqual(reads(workflow, "after").direct, ["either/try", "either/otherwise", "input.title"])
    })

    it("counts for a round what it reads of the last one, and what tells that there is another", () => {
      const round = Workflow.make("round", { input: Schema.Struct({ tests: Schema.Any, found: Schema.Any }) }).pipe(
        Workflow.bind("code", ask, "input.found"),
        Workflow.bind("tests", ask, "input.tests"),
        Workflow.bind("verdict", ask, { code: "code", tests: "tests" })
      )
      const rounds = (until: "last.tests" | "last.verdict") =>
        begin.pipe(
          Workflow.iterate("rounds", round, {
            input: { tests: "input.title", found: "input.notes" },
            next: { tests: "last.tests", found: "last.verdict" },
            until: until as never,
            atMost: 3
          }),
          Workflow.bind("after", ask, "rounds.tests")
        )
      const all = ["rounds/*/code", "rounds/*/tests", "rounds/*/verdict"]
      assert.deepStrictEqual(reads(rounds("last.tests"), "rounds/*/tests"), {
        direct: ["rounds/*/tests", "input.title"],
        steps: ["rounds/*/tests"],
        input: ["input.title"]
      })
      assert.deepStrictEqual(reads(rounds("last.tests"), "rounds/*/code").steps, all)
      assert.deepStrictEqual(reads(rounds("last.verdict"), "rounds/*/tests").steps, all)
      assert.deepStrictEqual(reads(rounds("last.tests"), "after").steps, ["rounds/*/tests"])
      assert.deepStrictEqual(reads(rounds("last.verdict"), "after").direct, ["rounds/*/tests", "rounds/*/verdict"])
    })

    it("follows samples, time limits and decisions", () => {
      const workflow = begin.pipe(
        Workflow.sample("drafts", ask, { input: "input.title", count: 2 }),
        Workflow.gate("choice", { question: Schema.Any, input: "drafts", decision: Schema.Any }),
        Workflow.timeout("soon", ask, { input: { choice: "choice" }, after: "1 minute" })
      )
      assert.deepStrictEqual(reads(workflow, "choice").direct, ["drafts/*"])
      assert.deepStrictEqual(reads(workflow, "soon"), {
        direct: ["choice"],
        steps: ["drafts/*", "choice"],
        input: ["input.title"]
      })
    })

    it("takes the path of a run too, and refuses one at which there is no step", () => {
      const workflow = begin.pipe(
        Workflow.forEach("each", ask, { items: "input.list", key: "id", input: "item" }),
        Workflow.bind("in", Workflow.make("v", { input: Schema.Any }).pipe(Workflow.bind("a", ask, "input")), "each")
      )
      assert.deepStrictEqual(reads(workflow, "each/src%2Fa.py"), reads(workflow, "each/*"))
      for (const path of ["eahc/*", "in", "", "input"]) {
        const error = Result.getOrThrow(Result.flip(Workflow.readsFrom(workflow, path)))
        assert.include(error.message, "no step has this path")
      }
      const error = Result.getOrThrow(Result.flip(Workflow.readsFrom(workflow, "eahc/*")))
      assert.include(error.message, `did you mean "each/*"?`)
    })

    it("comes to an end for rounds that hand on what they are given, at any depth", () => {
      const Any = Schema.Any
      const rounds = (inner: Workflow.Any) =>
        Workflow.make("r", { input: Any }).pipe(
          Workflow.iterate("i", inner as Workflow.Workflow<unknown, { readonly input: { readonly a: unknown } }>, {
            input: "input",
            next: "last.input.a" as never,
            until: () => false,
            atMost: 2
          })
        )
      let workflow: Workflow.Any = Workflow.make("r", { input: Any }).pipe(Workflow.bind("s", ask, "input"))
      for (let depth = 0; depth < 999; depth++) workflow = rounds(workflow)
      const path = `${"i/*/".repeat(999)}s`
      assert.deepStrictEqual(reads(workflow, path).input, ["input"])
    })

    it("takes no more than in proportion to a workflow of many steps", () => {
      let workflow: Workflow.Workflow<unknown, Record<string, unknown>> = Workflow.make("w", { input: Schema.Any })
      for (let i = 0; i < 10_000; i++) workflow = workflow.pipe(Workflow.bind(`s${i}` as string, ask, (scope) => scope))
      assert.strictEqual(reads(workflow, "s9999").steps.length, 9999)
    })
  })
})
