import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Context, Effect, Layer, Schema, Stream } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiGroup, HttpApiMiddleware, HttpApiTest, OpenApi } from "effect/http-api"
import { Journal, Step, Workflow } from "@stepwright/core"
import * as WorkflowApi from "@stepwright/core/WorkflowApi"
import * as WorkflowRuns from "@stepwright/core/WorkflowRuns"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { z } from "zod"

class Suffix extends Context.Service<Suffix, string>()("test/Suffix") {}

const Said = Schema.Struct({ text: Schema.String, at: Schema.DateFromString })
const loud = Step.effect("loud", {
  input: Said,
  output: Said,
  run: ({ at, text }) => Effect.map(Suffix, (suffix) => ({ at, text: `${text}${suffix}` }))
})
const shouting = Workflow.make("shouting", { input: Said }).pipe(
  Workflow.bind("loud", loud, "input"),
  Workflow.gate("ok", { question: Schema.String, input: "loud.text", decision: Schema.Boolean })
)

/** Who asks, by a header, as an application knows it. */
class User extends HttpApiMiddleware.Service<User>()("test/User") {}
const user = Layer.succeed(User, (answer) => Effect.provideService(answer, WorkflowRuns.Who, "ada"))

const api = HttpApi.make("app").add(WorkflowApi.group("shouts", shouting).prefix("/v1").middleware(User))
const handlers = WorkflowApi.layer(api, "shouts", shouting)

const served = handlers.pipe(
  Layer.provideMerge(user),
  Layer.provideMerge(Layer.succeed(Suffix, "!")),
  Layer.provideMerge(Journal.layerMemory)
)

describe("WorkflowApi", () => {
  it("is not loaded with the index, nor is what serves HTTP or tools", () => {
    const sources = join(import.meta.dirname, "../src")
    const seen = new Set<string>()
    const visit = (file: string): ReadonlyArray<string> => {
      if (seen.has(file)) return []
      seen.add(file)
      const found = readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type)[^"]*?"([^"]+)"/gmu)
      return [...found].flatMap(([, from = ""]) => (from.startsWith(".") ? visit(join(dirname(file), from)) : [from]))
    }
    const loaded = visit(join(sources, "index.ts"))
    assert.isAbove(seen.size, 100)
    assert.deepStrictEqual(
      loaded.filter((from) => /^effect\/(?:http|ai)/u.test(from)),
      []
    )
    assert.notInclude([...seen], join(sources, "WorkflowRuns.ts"))
  })

  it("needs what the steps need, and takes the workflow of its group only", () => {
    type Needs = typeof handlers extends Layer.Layer<infer _A, infer _E, infer R> ? R : never
    expectTypeOf<Needs>().toEqualTypeOf<Suffix>()
    const other = Workflow.make("other", { input: Schema.Int })
    // @ts-expect-error -- the group is that of another workflow
    WorkflowApi.layer(api, "shouts", other)
    // @ts-expect-error -- there is no such group
    WorkflowApi.layer(api, "others", shouting)
    const group = HttpApiGroup.make("users")
    // @ts-expect-error -- this group has no runs
    WorkflowApi.layer(HttpApi.make("app").add(group), "users", shouting)
    assert.isOk(group)
  })

  it.effect("runs a workflow for a client with types", () =>
    Effect.gen(function* () {
      const { shouts } = yield* HttpApiTest.groups(api, ["shouts"])
      const at = new Date(0)
      const { run } = yield* shouts.start({ payload: { text: "rain", at } })
      const params = { run }
      const happened = yield* Stream.runCollect(yield* shouts.events({ params, query: {}, headers: {} }))
      assert.deepStrictEqual(
        happened.map(({ id }) => id),
        happened.map((_, i) => `${i + 1}`)
      )
      yield* shouts.decide({ params, payload: { path: "ok", decision: true } })
      yield* shouts.resume({ params })
      const headers = { "last-event-id": happened.length }
      const [next] = yield* Stream.runCollect(yield* shouts.events({ params, query: {}, headers }))
      assert.strictEqual(next?.id, `${happened.length + 1}`)
      const { output } = yield* shouts.get({ params })
      expectTypeOf(output?.loud.at).toEqualTypeOf<Date | undefined>()
      assert.deepStrictEqual(output, { input: { text: "rain", at }, loud: { text: "rain!", at }, ok: true })
      const kept = yield* (yield* Journal.Journal).load(run)
      const decision = kept.find((event) => event._tag === "StepSucceeded" && event.path === "ok")
      assert.strictEqual(decision?._tag === "StepSucceeded" && decision.who, "ada")
    }).pipe(Effect.provide([served, HttpServer.layerServices]))
  )

  it.effect("answers with a status and says what is wrong", () =>
    Effect.acquireUseRelease(
      Effect.sync(() =>
        HttpRouter.toWebHandler(
          HttpApiBuilder.layer(api).pipe(Layer.provide(served), Layer.provideMerge(HttpServer.layerServices)),
          { disableLogger: true }
        )
      ),
      ({ handler }) =>
        Effect.promise(async () => {
          const ask = async (method: string, path: string, body?: unknown) => {
            const response = await handler(
              new Request(`http://localhost/v1/shouts${path}`, {
                method,
                headers: { "content-type": "application/json" },
                ...(body !== undefined && { body: JSON.stringify(body) })
              })
            )
            const text = await response.text()
            return [response.status, text.startsWith("{") ? JSON.parse(text) : text] as const
          }
          const codeOf = async (...asked: Parameters<typeof ask>) => {
            const [status, { _tag, code }] = await ask(...asked)
            return `${status} ${_tag} ${code}`
          }
          const [created, { run }] = await ask("POST", "", { text: "x", at: "2026-11-28T00:00:00Z" })
          assert.strictEqual(created, 201)
          const [followed, events] = await ask("GET", `/${run}/events`)
          assert.deepStrictEqual([followed, events.slice(0, 19)], [200, "id: 1\nevent: event\n"])
          assert.deepStrictEqual(
            [
              await codeOf("POST", "", { text: "x", at: "never" }),
              await codeOf("POST", "", { text: 7 }),
              await codeOf("GET", "/nobody"),
              await codeOf("GET", "/..%2fx"),
              await codeOf("GET", `/${run}/events?after=x`),
              await codeOf("POST", `/${run}/decide`, { path: "ok", decision: 7 }),
              await codeOf("POST", `/${run}/decide`, { path: "no", decision: 7 })
            ],
            [
              "400 RunBadRequest Malformed",
              "400 RunBadRequest Malformed",
              "404 RunNotFound NotFound",
              "400 RunBadRequest Malformed",
              "400 RunBadRequest Malformed",
              "400 RunBadRequest InvalidOutput",
              "404 RunNotFound UnknownPath"
            ]
          )
        }),
      ({ dispose }) => Effect.promise(dispose)
    )
  )

  it("shows a part of an output, and describes Standard Schemas as they describe themselves", () => {
    const counting = Workflow.make("counting", { input: z.object({ words: z.array(z.string()) }) }).pipe(
      Workflow.let("length", ({ input }) => input.words.length)
    )
    const output = Schema.Struct({ length: Schema.Int })
    const { components, paths } = OpenApi.fromApi(
      HttpApi.make("app").add(WorkflowApi.group("counts", counting, { output }))
    )
    const start = paths["/counts"]?.post?.requestBody?.content?.["application/json"]?.schema as never
    assert.deepInclude(start, { type: "object", required: ["words"] })
    const said = Object.values(paths).flatMap(({ get, post }) => [get, post].flatMap((one) => one?.summary ?? []))
    assert.strictEqual(said.length, 6)
    assert.containsAllKeys(components.schemas, ["countsRun"])
    assert.include(JSON.stringify(components.schemas["countsRun"]), '"output":{"type":"object","properties":{"length"')
  })
})
