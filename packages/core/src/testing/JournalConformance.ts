import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Engine from "../Engine.ts"
import { Journal, type Service } from "../Journal.ts"
import * as LlmClient from "../LlmClient.ts"
import * as PromptTemplate from "../PromptTemplate.ts"
import * as Step from "../Step.ts"
import * as Workflow from "../Workflow.ts"
import { fold, WorkflowEvent } from "../WorkflowEvent.ts"
import * as Fixtures from "./Fixtures.ts"
import { holds, refused, same, testCase } from "./internal/check.ts"
import type { TestCase } from "./TestCase.ts"

/**
 * What every `Journal` does, as tests. `store` makes a new, empty place to write to; the layer that it gives opens that
 * place, and is built again to see what lasts.
 *
 * ```ts
 * const inMemory = Effect.sync(() => Layer.succeed(Journal.Journal, Journal.makeMemory()))
 * for (const { name, run } of JournalConformance.suite(inMemory)) {
 *   await Effect.runPromise(run).catch((error) => assert.fail(`${name}: ${error.message}`))
 * }
 * ```
 */
export const suite = (
  store: Effect.Effect<Layer.Layer<never, unknown>, unknown, Scope.Scope>
): ReadonlyArray<TestCase> => {
  /** A case with what opens the same place for one use after the other. */
  const withStore = (name: string, body: (open: Open) => Effect.Effect<void, unknown>) =>
    testCase(
      name,
      Effect.flatMap(store, (layer) => body((use) => Effect.provide(Effect.flatMap(Journal, use), Layer.fresh(layer))))
    )
  /** A case that opens it once. */
  const once = (name: string, use: (journal: Service) => Effect.Effect<void, unknown>) =>
    withStore(name, (open) => open(use))

  return [
    once("gives back the events of a run in the order of their appends, up to the last", (journal) =>
      Effect.gen(function* () {
        yield* appendAll(journal, "r", some)
        yield* same("the events", yield* journal.load("r"), some)
      })
    ),
    once("keeps the order of appends that are called side by side", (journal) =>
      Effect.gen(function* () {
        const events = [begun("r"), ...Array.from({ length: 100 }, (_, i) => started(`step${i}`))]
        yield* appendAll(journal, "r", events.slice(0, 1))
        const append = (event: WorkflowEvent) => journal.append("r", event)
        yield* Effect.forEach(events.slice(1), append, { concurrency: "unbounded", discard: true })
        yield* same("the events", yield* journal.load("r"), events)
      })
    ),
    once("keeps an event as often as it is appended", (journal) =>
      Effect.gen(function* () {
        const events = [begun("r"), started("a"), started("a"), started("a")]
        yield* appendAll(journal, "r", events)
        yield* same("the events", yield* journal.load("r"), events)
      })
    ),
    once("keeps the events of each run apart", (journal) =>
      Effect.gen(function* () {
        const runs = ["r", "r2", "R-3"].map((run, i) => [run, [begun(run), started(`step${i}`)]] as const)
        for (const i of [0, 1]) {
          for (const [run, events] of runs) yield* journal.append(run, events[i]!)
        }
        for (const [run, events] of runs) {
          yield* same(`the events of ${run}`, yield* journal.load(run), events)
          yield* same(`the size of ${run}`, yield* journal.size(run), events.length)
        }
      })
    ),
    once("counts the events of a run, from none on", (journal) =>
      Effect.gen(function* () {
        yield* same("the size of a run that is not there", yield* journal.size("r"), 0)
        for (const [i, event] of some.entries()) {
          yield* journal.append("r", event)
          yield* same("the size", yield* journal.size("r"), i + 1)
        }
      })
    ),
    once("changes nothing that it gave before", (journal) =>
      Effect.gen(function* () {
        yield* journal.append("r", some[0]!)
        const before = yield* journal.load("r")
        yield* journal.append("r", some[1]!)
        yield* same("the events that were loaded before", before, some.slice(0, 1))
      })
    ),
    once("fails with NotFound for a run that is not there, though others are", (journal) =>
      Effect.gen(function* () {
        const isNotFound = ({ reason }: { readonly reason: string }) => reason === "NotFound"
        yield* refused("a JournalError, NotFound", journal.load("r"), isNotFound)
        yield* journal.append("r", begun("r"))
        yield* refused("a JournalError, NotFound", journal.load("r2"), isNotFound)
      })
    ),
    withStore("has all events when it is opened again, and goes on after them", (open) =>
      Effect.gen(function* () {
        for (const [i, event] of some.entries()) {
          yield* open((journal) =>
            Effect.gen(function* () {
              yield* same("the size when it is opened", yield* journal.size("r"), i)
              yield* journal.append("r", event)
            })
          )
        }
        yield* same("the events", yield* open((journal) => journal.load("r")), some)
      })
    ),
    withStore("has any event as it was, when it is opened again", (open) =>
      Effect.gen(function* () {
        const sampled = yield* Arbitrary.sampleEffect(Arbitrary.schema(WorkflowEvent), { count: 60, size: 6, seed: 1 })
        const later = sampled.filter(({ _tag }) => _tag !== "RunInitialized" && _tag !== "RunImported")
        const events = [begun("r"), ...hostile, ...later]
        yield* open((journal) => appendAll(journal, "r", events))
        const loaded = yield* open((journal) => journal.load("r"))
        for (const [i, event] of events.entries()) yield* same(`event ${i + 1}`, loaded[i], event)
        yield* same("the number of events", loaded.length, events.length)
      })
    ),
    withStore("has each text as it was by its hash, when it is opened again", (open) =>
      Effect.gen(function* () {
        yield* open((journal) =>
          Effect.gen(function* () {
            for (const [i, text] of texts.entries()) yield* journal.putText("r", `hash${i}`, text)
            yield* journal.putText("r", "hash0", texts[0]!)
            yield* journal.append("r", begun("r"))
            yield* same("a text", yield* journal.getText("r", "hash0"), texts[0])
          })
        )
        yield* open((journal) =>
          Effect.gen(function* () {
            for (const [i, text] of texts.entries())
              yield* same("a text", yield* journal.getText("r", `hash${i}`), text)
          })
        )
      })
    ),
    once("fails for a text that is not there", (journal) =>
      Effect.gen(function* () {
        yield* journal.putText("r", "hash", "text")
        yield* journal.append("r", begun("r"))
        yield* refused("a JournalError", journal.getText("r", "other"), ({ _tag }) => _tag === "JournalError")
      })
    ),
    withStore("has the whole of a run that the engine made, with the texts that it names", (open) =>
      Effect.gen(function* () {
        const state = yield* open(() =>
          Effect.gen(function* () {
            const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, 3, { run: "r" }))
            return state
          }).pipe(Effect.provide(model))
        )
        yield* same("how the run ended", state.status, "COMPLETED")
        yield* open((journal) =>
          Effect.gen(function* () {
            const events = yield* journal.load("r")
            yield* same("the state that the events lead to", fold(events), state)
            const named = events.flatMap((event) => (event._tag === "StepReplied" ? [event.prompt, event.reply] : []))
            yield* holds(named.length > 0, "events that name prompts and replies", events)
            for (const hash of named) yield* journal.getText("r", hash)
          })
        )
        const again = yield* open(() =>
          Effect.flatMap(Engine.load(workflow, "r"), (state) => Engine.run(workflow, state))
        ).pipe(Effect.provide(model))
        yield* same("what the run does when it goes on", again.ran, [])
      })
    )
  ]
}

/** Opens the place, for one use. */
type Open = <A, E, R>(use: (journal: Service) => Effect.Effect<A, E, R>) => Effect.Effect<A, unknown, R>

const appendAll = (journal: Service, run: string, events: ReadonlyArray<WorkflowEvent>) =>
  Effect.forEach(events, (event) => journal.append(run, event), { discard: true })

const begun = (run: string) => Fixtures.event("RunInitialized", { run })

const started = (path: string) => Fixtures.event("StepStarted", { path })

const some: ReadonlyArray<WorkflowEvent> = [
  begun("r"),
  Fixtures.event("RunStarted"),
  started("a"),
  Fixtures.event("StepSucceeded", { path: "a", output: { n: 1 } }),
  started("b"),
  Fixtures.event("StepFailed", { path: "b", message: "no" }),
  Fixtures.event("InputProvided", { input: [2] })
]

const texts = [
  "text",
  "",
  "one\ntwo\r\nthree\r",
  "\ufeff\0\u2028\u2029\u0085\u00e9e\u0301\u{1f600}\\\"'`",
  "a long one\n".repeat(10_000)
]

/** What breaks formats that events may be written in. */
const hostile: ReadonlyArray<WorkflowEvent> = [
  ...texts.slice(0, 4),
  { "": null, "\n": ["\r", 1e21, -1.5e-7, Number.MAX_SAFE_INTEGER], constructor: { a: false } }
].map((input) => Fixtures.event("InputProvided", { input }))

const double = Step.effect("double", {
  input: Schema.Int,
  output: Schema.Int,
  run: (n) => Effect.succeed(2 * n)
})
const say = Step.make("say", {
  input: Schema.Int,
  output: Schema.String,
  prompt: PromptTemplate.make("Say {{n}}."),
  variables: (n) => ({ n })
})
const workflow = Workflow.make("conformance", { input: Schema.Int }).pipe(
  Workflow.bind("doubled", double, "input"),
  Workflow.forEach("said", say, { items: ({ doubled }) => [1, 2, doubled], key: (n) => `${n}`, input: "item" })
)
const model = LlmClient.layer(({ messages }) => Effect.succeed(Fixtures.reply(`I say: ${messages[0]!.content}`)))
