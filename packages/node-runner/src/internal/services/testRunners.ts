import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { TestRunner } from "@stepwright/core/TestRunner"

export interface Options {
  /** The interpreter, where it is not the sandbox's own: a file, or a name in `PATH`. */
  readonly python?: string
  /** Whether packages that tests need and it lacks are installed for them, as wheels. */
  readonly install?: boolean
}

/** A runner that says something before it runs tests for the first time. */
const saying = Effect.fnUntraced(function* (runner: TestRunner["Service"], words: Effect.Effect<void>) {
  const isSaid = yield* Ref.make(false)
  const say = Effect.flatMap(Ref.getAndSet(isSaid, true), (said) => (said ? Effect.void : words))
  return TestRunner.of({ ...runner, run: (...parts) => Effect.andThen(say, runner.run(...parts)) })
})

const pyodide: Layer.Layer<TestRunner> = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("../../PyodideTestRunner.ts")),
    ({ layer }) => layer()
  )
)

const strongest = Effect.fnUntraced(function* (options: Options) {
  const { make } = yield* Effect.promise(() => import("../sandbox/bubblewrap.ts"))
  return yield* Effect.match(make(options), {
    onSuccess: (runner) =>
      Layer.effect(TestRunner, saying(runner, Effect.logInfo({ note: `tests run in ${runner.identity}` }))),
    onFailure: ({ why }) =>
      Layer.effect(
        TestRunner,
        Effect.flatMap(TestRunner, (runner) =>
          saying(
            runner,
            Effect.logInfo({ note: `tests run in ${runner.identity}, as bubblewrap cannot be had: ${why}` })
          )
        )
      ).pipe(Layer.provide(pyodide))
  })
})

const bare = Effect.fnUntraced(function* (options: Options) {
  const { make } = yield* Effect.promise(() => import("../sandbox/bare.ts"))
  const { unavailable } = yield* Effect.promise(() => import("../sandbox/testReport.ts"))
  const runner = yield* Effect.catchTag(make(options), "Missing", ({ why }) =>
    Effect.succeed(unavailable("python", why))
  )
  return yield* saying(
    runner,
    Effect.logWarning("tests run without a sandbox: they can do all that you can, to your files too")
  )
})

/** The sandboxes that run tests, by name; the modules of one are loaded when it is used. */
const sandboxes = {
  /** The strongest that works here. */
  auto: (options: Options) => Layer.unwrap(strongest(options)).pipe(Layer.provide(NodeServices.layer)),
  bubblewrap: (options: Options) =>
    Layer.unwrap(
      Effect.map(
        Effect.promise(() => import("../../BubblewrapTestRunner.ts")),
        ({ layer }) => layer(options)
      )
    ),
  pyodide: (_: Options) => pyodide,
  /** None, for those who name it. */
  none: (options: Options) => Layer.effect(TestRunner, bare(options)).pipe(Layer.provide(NodeServices.layer))
} satisfies Readonly<Record<string, (options: Options) => Layer.Layer<TestRunner>>>

export const names = Struct.keys(sandboxes)

export const Sandbox = Schema.Literals(names)
export type Sandbox = typeof Sandbox.Type

/** The sandbox that is used where none is named. */
export const standard: Sandbox = "auto"

export const layer = (name: Sandbox = standard, options: Options = {}): Layer.Layer<TestRunner> =>
  sandboxes[name](options)
