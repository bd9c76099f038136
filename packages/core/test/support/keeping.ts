import { Effect } from "effect"
import {
  Engine,
  Journal,
  LlmClient,
  type LlmError,
  type LlmReply,
  type LlmRequest,
  type Workflow,
  WorkflowEvent
} from "@stepwright/core"
import { reply } from "./scripted.ts"

/** A model whose first two replies to whatever it is asked are of no use; keeps what it was asked. */
const third = (request: LlmRequest.LlmRequest) => ["no", "nor", "3"][(request.messages.length - 1) / 2] ?? "3"

export const model = (
  answer: (request: LlmRequest.LlmRequest) => string | LlmReply.LlmReply | LlmError.LlmError = third
) => {
  const asked: Array<LlmRequest.LlmRequest> = []
  const layer = LlmClient.layer((request) => {
    asked.push(request)
    const answered = answer(request)
    if (typeof answered === "string") return Effect.succeed(reply(answered, { model: `${request.model}-2026` }))
    return "text" in answered ? Effect.succeed(answered) : Effect.fail(answered)
  })
  return { asked, turns: () => asked.map(({ metadata }) => metadata.turn), layer }
}

export interface Kept {
  readonly events: ReadonlyArray<WorkflowEvent.WorkflowEvent>
  readonly texts: ReadonlyMap<string, string>
}

/** What a journal keeps of a run, by what was done in it. */
export const keeping = <A, E, R>(work: Effect.Effect<A, E, R>, from: Kept = { events: [], texts: new Map() }) =>
  Effect.gen(function* () {
    const memory = Journal.makeMemory()
    const texts = new Map(from.texts)
    const journal: Journal.Service = {
      ...memory,
      putText: (_run, hash, text) => Effect.sync(() => void texts.set(hash, text)),
      getText: (run, hash) => {
        const text = texts.get(hash)
        return text === undefined
          ? Effect.fail(new Journal.JournalError({ run, reason: "NotFound", detail: hash }))
          : Effect.succeed(text)
      }
    }
    for (const event of from.events) yield* memory.append("r", event)
    const result = yield* Effect.provideService(work, Journal.Journal, journal)
    return { result, events: yield* memory.load("r"), texts }
  })

/** The journal as a kill after this many events leaves it. */
export const cut = ({ events, texts }: Kept, length: number): Kept => ({ events: events.slice(0, length), texts })

export const afterReply = ({ events }: Kept, turn: number) =>
  events.findIndex((event) => event._tag === "StepReplied" && event.turn === turn) + 1

export const stateOf = ({ events }: Kept) => WorkflowEvent.fold(events)!

export const begun = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>, input: In) =>
  Effect.flatMap(Engine.initialize(workflow, input, { run: "r" }), (state) => Engine.run(workflow, state))

export const resumed = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>) =>
  Effect.flatMap(Engine.load(workflow, "r"), (state) => Engine.run(workflow, state))

export const replies = ({ events }: Kept) => events.filter(({ _tag }) => _tag === "StepReplied").length
