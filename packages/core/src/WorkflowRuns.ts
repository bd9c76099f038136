import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { DefinitionError } from "./DefinitionError.ts"
import * as Engine from "./Engine.ts"
import { outputOf } from "./internal/data/output.ts"
import type { UntypedWorkflow } from "./internal/definition/nodes.ts"
import { type Problem, problemOf, RunBadRequest, RunConflict, unfitOf } from "./internal/run/problems.ts"
import { type Answer, type Asked, Journal, keepsNothing, type Request, type Service } from "./Journal.ts"
import * as StandardSchema from "./StandardSchema.ts"
import type * as Step from "./Step.ts"
import * as Workflow from "./Workflow.ts"
import { engineError, Undecided, type WorkflowError } from "./WorkflowError.ts"
import { WorkflowEvent } from "./WorkflowEvent.ts"
import type { WorkflowState } from "./WorkflowState.ts"
import { seen, SeenStatus } from "./WorkflowStatus.ts"

export { type Problem, problems, RunBadRequest, RunBroken, RunConflict, RunNotFound } from "./internal/run/problems.ts"

/** A gate that waits for a decision. */
export const Gate = Schema.Struct({
  path: Schema.String.annotate({ description: "The path of the gate, for whoever decides it." }),
  question: Schema.Json.annotate({ description: "What is decided upon." }),
  decision: Schema.Json.annotate({ description: "The JSON Schema of a decision." })
})

/** How a run stands, but for its output. */
export const StandingAlone = Schema.Struct({
  run: Schema.String.annotate({ description: "The id of the run." }),
  status: SeenStatus.annotate({
    description:
      "`RUNNING`: it is under way here; `STOPPED`: it is in progress, and nothing here is at it; another process may be."
  }),
  gates: Schema.Array(Gate).annotate({ description: "What it waits for." }),
  error: Schema.optionalKey(
    Schema.Struct({ path: Schema.String, tag: Schema.String, message: Schema.String }).annotate({
      description: "What ended it early: the path of the step, the error's `_tag`, and a message."
    })
  )
})

/** How a run stands; its output once it is `COMPLETED`. */
export interface Standing<out Out> extends Schema.Schema.Type<typeof StandingAlone> {
  readonly output?: Out
}

/** The Schema of a standing whose output has some Schema. */
export const standing = <Out>(output: Schema.Codec<Out, unknown>) =>
  Schema.Struct({ ...StandingAlone.fields, output: Schema.optionalKey(output) })

/** What happened to a run, with its number among its events, from 1 on. */
export interface Happening {
  readonly number: number
  readonly event: WorkflowEvent
}
export const Happening: Schema.Codec<Happening, unknown> = Schema.Struct({ number: Schema.Int, event: WorkflowEvent })

/** Who asks, for the records of decisions: an application that knows its users provides it, around a request. */
export const Who = Context.Reference<string>("@stepwright/core/WorkflowRuns/Who", { defaultValue: () => "somebody" })

/** The runs of one workflow. */
export interface Runs<in In, out Out> {
  /** Begins a run, which goes on in the background. */
  readonly start: (input: In) => Effect.Effect<Standing<Out>, Problem>
  /** How a run stands; with `wait`, once it is no longer under way, or after so long. */
  readonly get: (run: string, options?: { readonly wait?: Duration.Input }) => Effect.Effect<Standing<Out>, Problem>
  /** Goes on with a run, in the background. */
  readonly resume: (run: string) => Effect.Effect<Standing<Out>, Problem>
  /** Cancels a run that is under way here; what is recorded is kept. One that has ended stays as it is. */
  readonly cancel: (run: string) => Effect.Effect<Standing<Out>, Problem>
  /** Decides a gate, under way or not; `resume` goes on with a run that is not. **Shape** `decision` is JSON. */
  readonly decide: (run: string, path: string, decision: Schema.Json) => Effect.Effect<Standing<Out>, Problem>
  /** What happened to a run after the first so many events, and what happens, until it is no longer under way here. */
  readonly events: (run: string, after?: number) => Effect.Effect<Stream.Stream<Happening>, Problem, Scope.Scope>
}

/** A run that is under way. */
interface Live {
  readonly asked: Queue.Queue<Asked>
  readonly listeners: Set<(happening: Happening) => void>
  fiber: Fiber.Fiber<unknown, unknown> | undefined
}

/** The runs that are under way in an application, whatever it offers them by. */
export class UnderWay extends Context.Service<
  UnderWay,
  {
    readonly fibers: FiberSet.FiberSet<unknown, unknown>
    readonly live: Map<string, Live>
    /** The runs that are just being changed. */
    readonly busy: Set<string>
    /** The workflows whose runs they are. */
    readonly named: Map<string, unknown>
  }
>()("@stepwright/core/WorkflowRuns/UnderWay") {}

/** When it is closed, what is under way is cancelled, and what is recorded is kept. */
export const layer: Layer.Layer<UnderWay> = Layer.effect(
  UnderWay,
  Effect.map(FiberSet.make<unknown, unknown>(), (fibers) => ({
    fibers,
    live: new Map<string, Live>(),
    busy: new Set<string>(),
    named: new Map<string, unknown>()
  }))
)

export interface Options<out Out, in out O> {
  /** The part of the output that others see, where that is not all of it. */
  readonly output?: Schema.Codec<O, unknown> & Shows<Out, O>
}

/** What is said of a Schema that shows what the workflow does not give. */
type Shows<Out, O> = [Out] extends [O] ? unknown : ["the workflow gives", Out, "this shows", O]

/**
 * The Schema of what others see of what a workflow gives: unless it is given, of all of it, made of those of its steps.
 * Throws a `DefinitionError` where a function computes a value in it (`Workflow.let`): nothing says what that is.
 */
export const outputSchema = <In, Out, E, R, O = Out>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  { output }: Options<Out, O> = {}
): Schema.Codec<O, unknown> =>
  // it is made of the Schemas of which the types of the workflow are, and O is Out then
  publishable(output ?? (outputOf(untyped(workflow)) as Schema.Codec<O, unknown>))

/** The Schema of what a run is started with. */
export const inputSchema = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>): Schema.Codec<In, unknown> =>
  // the types of a workflow are those of its Schema
  publishable(StandardSchema.given(workflow.input) as Schema.Codec<In, unknown>)

/** The Schema itself, or where Standard Schemas are in it one whose JSON Schema has what these say. */
const publishable = <A>(schema: Schema.Codec<A, unknown>): Schema.Codec<A, unknown> => {
  const told = StandardSchema.told(schema)
  return told === schema
    ? schema
    : Schema.toEncoded(Schema.toCodecJson(told)).pipe(Schema.decodeTo(Schema.toCodecJson(schema)))
}

const told = <A, R>(self: Effect.Effect<A, WorkflowError, R>): Effect.Effect<A, Problem, R> =>
  Effect.mapError(self, problemOf)

/** A journal whose runs can be asked by this process, too. */
const askedHere = (journal: Service, asked: Queue.Queue<Asked>): Service => ({
  append: (run, event) => journal.append(run, event),
  load: (run) => journal.load(run),
  size: (run) => journal.size(run),
  putText: (run, hash, text) => journal.putText(run, hash, text),
  getText: (run, hash) => journal.getText(run, hash),
  requests: (run) => {
    const here = Stream.fromQueue(asked)
    return journal.requests === undefined ? here : Stream.merge(here, journal.requests(run))
  }
})

/** The runs of a workflow, by the journal that is there, with all that its steps need. */
export const make = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>
): Effect.fn.Return<Runs<In, Out>, never, R | UnderWay> {
  const { busy, fibers, live, named } = yield* UnderWay
  const place = `workflow "${workflow.name}"`
  const journal = yield* Journal
  if (keepsNothing(journal)) {
    const detail = "its runs need a journal: provide Journal.layerMemory, or one that outlasts the process"
    return yield* Effect.die(new DefinitionError({ place, detail }))
  }
  if ((named.get(workflow.name) ?? workflow) !== workflow) {
    const detail = "another workflow here is called so too, and runs are told apart by that: give one another name"
    return yield* Effect.die(new DefinitionError({ place, detail }))
  }
  named.set(workflow.name, workflow)
  const context = yield* Effect.context<R>()
  const fork = yield* FiberSet.runtime(fibers)<R>()

  /** What the engine does, by the journal of the layer and not that of a request. */
  const engine = <A>(work: Effect.Effect<A, WorkflowError, R>) => told(Effect.provideContext(work, context))
  const loaded = (run: string) => engine(Engine.load(workflow, run))

  const gatesOf = Effect.fnUntraced(function* (state: WorkflowState) {
    const isAsked = Object.values(state.records).some(({ asked }) => asked !== undefined)
    const plan = isAsked ? yield* engine(Engine.plan(workflow, state)) : []
    return plan.flatMap(({ action, path, question }) =>
      action === "decide" && question !== undefined
        ? [{ path, question, decision: StandardSchema.jsonSchema(decisionAt(workflow, path)) }]
        : []
    )
  })

  const standingOf = Effect.fnUntraced(function* (state: WorkflowState) {
    const { run, status } = state
    const isLive = live.has(run)
    const isDone = status === "COMPLETED" && !isLive
    const gates = yield* gatesOf(state)
    const error = errorNow(state, gates)
    return {
      run,
      status: seen(status, isLive),
      gates,
      ...(error !== undefined && !isLive && { error }),
      ...(isDone && { output: yield* engine(Engine.output(workflow, state)) })
    }
  })

  const get = (run: string) => Effect.flatMap(loaded(run), standingOf)

  /** Why a run cannot be changed now: two that change it at once would not know of each other. */
  const taken = (run: string) =>
    live.has(run) || busy.has(run)
      ? new RunConflict({ code: "UnderWay", message: `run ${run} is under way` })
      : undefined

  const alone = <A>(run: string, change: Effect.Effect<A, Problem>): Effect.Effect<A, Problem> =>
    Effect.suspend(() => {
      const conflict = taken(run)
      if (conflict !== undefined) return Effect.fail(conflict)
      busy.add(run)
      return Effect.ensuring(
        change,
        Effect.sync(() => busy.delete(run))
      )
    })

  /** Works on a run in the background; comes back once something is recorded, or it is known why nothing is. */
  const begin = Effect.fnUntraced(function* (state: WorkflowState) {
    const { run } = state
    const isBegun = yield* Deferred.make<void, Problem>()
    const asked = yield* Queue.unbounded<Asked>()
    const conflict = taken(run)
    if (conflict !== undefined) return yield* conflict
    const here: Live = { asked, listeners: new Set(), fiber: undefined }
    const onEvent = (event: WorkflowEvent, { events }: WorkflowState) => {
      Deferred.doneUnsafe(isBegun, Exit.void)
      for (const listener of here.listeners) listener({ number: events, event })
    }
    const work = Engine.run(workflow, state, { onEvent }).pipe(
      told,
      Effect.provideService(Journal, askedHere(journal, asked)),
      Effect.onExit((exit) =>
        Effect.sync(() => {
          live.delete(run)
          Deferred.doneUnsafe(isBegun, Exit.asVoid(exit))
        })
      )
    )
    live.set(run, here)
    here.fiber = fork(work)
    yield* Deferred.await(isBegun)
  })

  /** Asks a run that is under way; the end of the run is an answer, too. */
  const ask = Effect.fnUntraced(function* ({ asked, fiber }: Live, request: Request) {
    const answered = yield* Deferred.make<Answer>()
    yield* Queue.offer(asked, { request, answer: (answer) => Effect.asVoid(Deferred.succeed(answered, answer)) })
    const over = Effect.as(Fiber.await(fiber!), { isDone: false, detail: "the run has just ended: decide once more" })
    const { detail, isDone } = yield* Effect.raceFirst(Deferred.await(answered), over)
    if (!isDone) return yield* new RunConflict({ code: "NotDecided", message: detail })
  })

  return {
    start: (input) =>
      Effect.gen(function* () {
        const state = yield* Effect.mapError(engine(Engine.initialize(workflow, input)), unfitOf)
        yield* begin(state)
        return yield* get(state.run)
      }),
    get: (run, { wait } = {}) => {
      const fiber = live.get(run)?.fiber
      const waited =
        fiber === undefined || wait === undefined ? Effect.void : Fiber.await(fiber).pipe(Effect.timeoutOption(wait))
      return Effect.andThen(waited, get(run))
    },
    resume: (run) => loaded(run).pipe(Effect.flatMap(begin), Effect.andThen(get(run))),
    cancel: (run) =>
      Effect.gen(function* () {
        yield* loaded(run)
        const fiber = live.get(run)?.fiber
        if (fiber !== undefined) yield* Fiber.interrupt(fiber)
        // as it is after that: it may have come to its end meanwhile
        const state = yield* loaded(run)
        if (fiber === undefined && (state.status === "INITIALIZED" || state.status === "IN_PROGRESS")) {
          const message = `nothing here works on run ${run}: it was stopped, or another process has it`
          return yield* new RunConflict({ code: "NotUnderWay", message })
        }
        return yield* standingOf(state)
      }),
    decide: Effect.fnUntraced(function* (run, path, decision) {
      const who = yield* Who
      // a run of another workflow is none of these
      yield* loaded(run)
      const here = live.get(run)
      if (here !== undefined) {
        const decoded = Schema.decodeUnknownResult(Schema.toCodecJson(decisionAt(workflow, path)))(decision)
        if (Result.isFailure(decoded)) {
          return yield* new RunBadRequest({ code: "InvalidOutput", message: `${path}: ${decoded.failure.message}` })
        }
        yield* ask(here, { _tag: "Decide", path, decision, by: who })
        return yield* get(run)
      }
      const decided = alone(
        run,
        Effect.flatMap(loaded(run), (state) => engine(Engine.decide(workflow, state, path, decision, { who })))
      )
      return yield* Effect.flatMap(decided, standingOf)
    }),
    events: Effect.fnUntraced(function* (run, after = 0) {
      const { fiber, listeners } = live.get(run) ?? {}
      const queue = yield* Queue.unbounded<Happening, Cause.Done>()
      let sent = after
      const send = (happening: Happening) => {
        if (happening.number <= sent) return
        sent = happening.number
        Queue.offerUnsafe(queue, happening)
      }
      // what happens while the journal is read comes after what it has
      const meanwhile: Array<Happening> = []
      let tell = (happening: Happening): void => void meanwhile.push(happening)
      const listener = (happening: Happening) => tell(happening)
      listeners?.add(listener)
      yield* Effect.addFinalizer(() => Effect.sync(() => listeners?.delete(listener)))
      yield* loaded(run)
      const events = yield* told(Effect.mapError(journal.load(run), (reason) => engineError("", reason)))
      tell = send
      for (const [i, event] of events.entries()) send({ number: i + 1, event })
      for (const happening of meanwhile) send(happening)
      yield* Effect.forkScoped(Effect.andThen(fiber === undefined ? Effect.void : Fiber.await(fiber), Queue.end(queue)))
      return Stream.fromQueue(queue)
    })
  }
})

/** What ended a run early: of one that waits, what it waits for by now. */
const errorNow = (
  { error }: WorkflowState,
  [first, ...others]: ReadonlyArray<typeof Gate.Type>
): WorkflowState["error"] => {
  if (error?.tag !== "Undecided") return error
  if (first === undefined) return undefined
  const { message } = new Undecided({ gates: [first.path, ...others.map(({ path }) => path)] })
  return { ...error, path: first.path, message }
}

/** The Schema of a decision of the gate at a path. */
const decisionAt = (workflow: Workflow.Any, path: string): Step.AnyCodec =>
  Workflow.gateAt(workflow, path)?.output ?? Schema.Json

const untyped = (workflow: unknown) => workflow as UntypedWorkflow
