import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Answer, type Asked, Request } from "@stepwright/core/Journal"
import { writeWhole } from "../disk/writeWhole.ts"
import * as claim from "./claim.ts"

/*
 * What is asked of a run that another process writes to: a file `inbox/ID.json` in its folder, which becomes
 * `inbox/ID.answer.json`. Who writes to the run looks several times a second.
 */

/** How often is looked, and how long an answer is waited for. **Units** milliseconds. */
const period = 250
const patience = 10_000

const RequestText = Schema.fromJsonString(Request)
const AnswerText = Schema.fromJsonString(Answer)

const inboxOf = (folder: string) => `${folder}/inbox`

const live = Clock.Clock.defaultValue()

/** Other processes go by real time. */
const pause = Effect.provideService(Effect.sleep(period), Clock.Clock, live)

/** Takes away what an earlier process was asked for: whoever waits for an answer asks again. */
export const clear = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(inboxOf(folder), { recursive: true, force: true })
})

/** What is asked of the run in a folder, from now on. */
export const requests = (folder: string): Stream.Stream<Asked, never, FileSystem.FileSystem> =>
  Stream.fromIterableEffectRepeat(Effect.andThen(pause, take(inboxOf(folder))))

const take = Effect.fnUntraced(function* (inbox: string) {
  const fs = yield* FileSystem.FileSystem
  const asked: Array<Asked> = []
  const names = yield* Effect.orElseSucceed(fs.readDirectory(inbox), () => [])
  for (const name of names.toSorted()) {
    const [, id] = /^([\w-]+)\.json$/.exec(name) ?? []
    if (id === undefined) continue
    const file = `${inbox}/${name}`
    const answer = (given: Answer) =>
      writeWhole(`${inbox}/${id}.answer.json`, Schema.encodeSync(AnswerText)(given)).pipe(
        Effect.andThen(fs.remove(file)),
        Effect.provideService(FileSystem.FileSystem, fs),
        // who asked hears nothing, and is told so by itself
        Effect.ignore
      )
    const text = yield* Effect.option(fs.readFileString(file))
    // who asked has given up
    if (Option.isNone(text)) continue
    const request = Schema.decodeUnknownResult(RequestText)(text.value)
    if (Result.isSuccess(request)) asked.push({ request: request.success, answer })
    else yield* answer({ isDone: false, detail: `it cannot be read: ${request.failure.message}` })
  }
  return asked
})

/** Asks who writes to the run in a folder; `undefined` where nobody does, or nobody does any more. */
export const ask = Effect.fnUntraced(function* (folder: string, request: Request) {
  const fs = yield* FileSystem.FileSystem
  if ((yield* claim.holder(folder)) === undefined) return undefined
  const inbox = inboxOf(folder)
  // in the order of their times
  const id = `${live.currentTimeMillisUnsafe()}-${yield* Random.nextIntBetween(1e9, 1e10)}`
  const [file, answer] = [`${inbox}/${id}.json`, `${inbox}/${id}.answer.json`]
  const send = writeWhole(file, Schema.encodeSync(RequestText)(request))
  yield* send
  return yield* Effect.gen(function* () {
    for (let waited = 0; waited < patience; waited += period) {
      yield* pause
      // who has gone by now has left all that it answers
      const isHeld = (yield* claim.holder(folder)) !== undefined
      const given = yield* Effect.option(fs.readFileString(answer))
      if (Option.isSome(given)) return yield* Schema.decodeUnknownEffect(AnswerText)(given.value)
      // it cannot be read at once
      if (yield* fs.exists(answer)) continue
      if (!isHeld) return undefined
      // another process has it by now, which does what it is asked for itself
      if (!(yield* fs.exists(file))) yield* send
    }
    return { isDone: false, detail: "the process that runs it does not answer" }
  }).pipe(Effect.ensuring(Effect.ignore(fs.remove(file))), Effect.ensuring(Effect.ignore(fs.remove(answer))))
})
