import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { defined } from "../base/defined.ts"
import { end, type ExitStatus, exitStatus } from "../base/exitStatus.ts"
import type { Watched } from "./files.ts"
import type { Event, Inbox } from "./inbox.ts"
import type { Keys } from "./keys.ts"
import type { Load } from "./load.ts"
import type { Message, Planned } from "./messages.ts"
import type { Show } from "./show.ts"

export interface Options {
  readonly inbox: Inbox
  readonly watched: Watched
  readonly show: Show
  /** Starts a process that loads what there is, and says what would run. */
  readonly start: (run: string | undefined) => Effect.Effect<Load, never, Scope.Scope>
  /** The terminal; without one nothing runs. */
  readonly keys: Keys | undefined
  /** What the session may cost without a key press. **Units** USD */
  readonly maxUsd: number | undefined
}

/** Why it is looked what would run: the files that changed, and whether that is enough to run it, within the cap or not. */
interface Reason {
  readonly files: ReadonlyArray<string>
  readonly runs: "no" | "within the cap" | "in any case"
}

const again: Reason = { files: [], runs: "no" }

const help = "Enter runs what is to run, Ctrl-C ends that; p plans again, q or Ctrl-C ends the watch"

/** Says what would run, and runs it, again and again as files change; until a person has enough. */
export const follow = Effect.fnUntraced(function* (options: Options) {
  const session: Session = { run: undefined, files: new Set(), before: undefined }
  let next: Reason | ExitStatus = { files: [], runs: "within the cap" }
  while (typeof next === "object") next = yield* Effect.scoped(once(options, session, next))
  return yield* end(next)
})

const endedEarly = (how: string) => ({
  severity: "error" as const,
  code: "Failed",
  message: `the process that loads the workflow ended before it said what would run (${how})`,
  target: null
})

interface Session {
  /** The run, once that is known. */
  run: string | undefined
  /** The files that are watched. */
  files: ReadonlySet<string>
  /** What the run had used up of a cap before. **Units** USD */
  before: number | undefined
}

/** From the start of a process to that of the next one, or to the end. */
const once = Effect.fnUntraced(function* (
  { inbox, keys, maxUsd, show, start, watched }: Options,
  session: Session,
  reason: Reason
): Effect.fn.Return<Reason | ExitStatus, never, Scope.Scope> {
  const since = yield* Clock.currentTimeMillis
  // a process leaves a terminal as it found it
  keys?.drop()
  const load = yield* start(session.run)
  /** Of the process: what it said that would run, whether it said anything, is at work, or has ended. */
  let plan: Planned | undefined
  let hasSpoken = false
  let isRunning = false
  let isGone = false
  /** Whether the cap cannot be kept. */
  let isUnpriced = false
  /** Whether all is to end with the run. */
  let isEnding = false
  const changed = new Set<string>()

  const look = (files: ReadonlyArray<string>, isAll: boolean) => {
    session.files = new Set(isAll ? files : [...session.files, ...files])
    watched.set([...session.files], since)
  }
  /** Up to what the run may go on. **Units** USD */
  const cap = () => (maxUsd === undefined || reason.runs === "in any case" ? undefined : maxUsd + (session.before ?? 0))
  const go = Effect.sync(() => {
    isRunning = true
    keys?.leave((signal) => {
      load.signal(signal)
      isEnding ||= signal !== "SIGINT"
    })
    load.go({ _tag: "Go", ...defined({ maxUsd: cap() }) })
  })

  const told = Effect.fnUntraced(function* (message: Message) {
    if (message._tag === "Left") return look(message.files, false)
    hasSpoken = true
    switch (message._tag) {
      case "Planned": {
        keys?.take()
        plan = message
        session.run = message.run
        session.before ??= message.spent
        look(message.files, true)
        const mayRun = !message.isDone && reason.runs !== "no" && (reason.runs === "in any case" || cap() !== undefined)
        const spent = message.spent - session.before
        const within = keys !== undefined && mayRun && cap() !== undefined ? maxUsd : undefined
        yield* show.plan(message, reason.files, within === undefined ? undefined : { within, spent })
        // it waits for nothing
        if (keys === undefined) load.signal("SIGKILL")
        else if (mayRun) yield* go
        return
      }
      case "Failed":
        look(message.files, plan !== undefined)
        return yield* show.error(message.error, reason.files)
      case "Unpriced":
        isRunning = false
        isUnpriced = true
        return yield* show.line(`${message.detail}; Enter runs it all the same`)
    }
  })
  const pressed = Effect.fnUntraced(function* (key: string): Effect.fn.Return<Reason | ExitStatus | undefined> {
    if (key === "ctrl-c") return exitStatus.interrupted
    if (key === "q" || key === "ctrl-d") return exitStatus.done
    if (key === "return" && isUnpriced) return { files: [], runs: "in any case" }
    if (key === "p" || (key === "return" && isGone)) return again
    if (key === "h" || key === "?") yield* show.line(help)
    if (key === "return" && plan !== undefined) yield* plan.isDone ? show.line("there is nothing to run") : go
    return undefined
  })

  for (;;) {
    const event: Event = yield* Queue.take(inbox)
    switch (event._tag) {
      case "Changed":
        if (!isRunning) {
          const unsaid = hasSpoken ? [] : reason.files
          return { files: [...new Set([...unsaid, ...event.files])], runs: "within the cap" }
        }
        for (const file of event.files) changed.add(file)
        break
      case "Pressed": {
        if (isRunning) break
        const next = yield* pressed(event.key)
        if (next !== undefined) return next
        break
      }
      case "Unheard":
        return exitStatus.failed
      case "Told":
        if (event.by === load.number) yield* told(event.message)
        break
      case "Ended":
        if (event.by !== load.number) break
        if (isEnding) return exitStatus.interrupted
        if (isRunning) return changed.size === 0 ? again : { files: [...changed], runs: "within the cap" }
        isGone = true
        keys?.take()
        if (hasSpoken) break
        yield* show.error(endedEarly(event.how), reason.files)
    }
  }
})
