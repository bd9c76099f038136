import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Queue } from "effect"
import { exitStatus, isCommandEnded } from "../../../src/cli/base/exitStatus.ts"
import { follow } from "../../../src/cli/watch/follow.ts"
import type { Event } from "../../../src/cli/watch/inbox.ts"
import type { Message, Planned } from "../../../src/cli/watch/messages.ts"

const planned = (about: Partial<Planned> = {}): Planned => ({
  _tag: "Planned",
  run: "r",
  workflow: "w",
  plan: [{ path: "a", action: "run", why: "it has no result yet" }],
  isBegun: false,
  isDone: false,
  spent: 0,
  files: ["/w.ts"],
  ...about
})

const done = planned({ isDone: true, isBegun: true, plan: [] })

const failed: Message = {
  _tag: "Failed",
  error: { severity: "error", code: "Usage", message: "broken", target: null },
  files: ["/broken.ts"]
}

interface Options {
  readonly maxUsd?: number
  readonly hasTerminal?: boolean
}

/** A watch whose processes are the test itself: `next` is what it did or said last. */
const watching = Effect.fnUntraced(function* ({ hasTerminal = true, maxUsd }: Options = {}) {
  const inbox = yield* Queue.unbounded<Event>()
  const said = yield* Queue.unbounded<string>()
  const say = (...words: ReadonlyArray<unknown>) => void Queue.offerUnsafe(said, words.join(" "))
  let number = 0
  let onSignal: ((signal: NodeJS.Signals) => void) | undefined
  const fiber = yield* Effect.forkChild(
    follow({
      inbox,
      watched: { set: (files) => say("watches", ...files) },
      show: {
        plan: ({ plan }, because, runs) =>
          Effect.sync(() =>
            say(
              "plan",
              plan.length,
              `[${because.join()}]`,
              runs === undefined ? "" : `within ${runs.within}, spent ${runs.spent}`
            )
          ),
        error: ({ message }, because) => Effect.sync(() => say("error", message, `[${because.join()}]`)),
        line: (text) => Effect.sync(() => say("line", text))
      },
      keys: hasTerminal
        ? {
            take: () => {
              onSignal = undefined
            },
            drop: () => {},
            leave: (listen) => {
              onSignal = listen
            }
          }
        : undefined,
      maxUsd,
      start: (run) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            say("starts", ++number, run ?? "")
            return {
              number,
              go: (go: object) => say("go", JSON.stringify({ ...go, _tag: undefined })),
              signal: (signal: string) => say("signal", signal)
            }
          }),
          () => Effect.sync(() => say("ends", number))
        )
    })
  )
  return {
    next: Effect.map(Queue.take(said), (text) => text.trim()),
    tell: (message: Message, by = number) => Queue.offer(inbox, { _tag: "Told", by, message }),
    ended: (by = number) => Queue.offer(inbox, { _tag: "Ended", by, how: "status 1" }),
    changed: (...files: ReadonlyArray<string>) => Queue.offer(inbox, { _tag: "Changed", files }),
    press: (key: string) => Queue.offer(inbox, { _tag: "Pressed", key }),
    signal: (signal: NodeJS.Signals) => Effect.sync(() => onSignal?.(signal)),
    status: Effect.map(Fiber.await(fiber), (exit) => {
      if (Exit.isSuccess(exit)) return exitStatus.done
      const error = Cause.squash(exit.cause)
      return isCommandEnded(error) ? error.status : error
    })
  }
})

type Watching = Effect.Success<ReturnType<typeof watching>>

const expecting = ({ next }: Watching, ...lines: ReadonlyArray<string>) =>
  Effect.forEach(lines, (line) => Effect.map(next, (said) => assert.strictEqual(said, line)))

const begun = (options?: Options, plan: Planned = planned()) =>
  Effect.gen(function* () {
    const watch = yield* watching(options)
    yield* expecting(watch, "starts 1")
    yield* watch.tell(plan)
    yield* expecting(watch, "watches /w.ts")
    return watch
  })

describe("a watch without a cap", () => {
  it.effect("runs nothing before Enter, and plans again when that has ended", () =>
    Effect.gen(function* () {
      const watch = yield* begun()
      yield* expecting(watch, "plan 1 []")
      yield* watch.changed("/w.ts")
      yield* expecting(watch, "ends 1", "starts 2 r")
      yield* watch.tell(planned())
      yield* expecting(watch, "watches /w.ts", "plan 1 [/w.ts]")
      yield* watch.press("return")
      yield* expecting(watch, "go {}")
      yield* watch.ended()
      yield* expecting(watch, "ends 2", "starts 3 r")
      yield* watch.tell(done)
      yield* expecting(watch, "watches /w.ts", "plan 0 []")
      yield* watch.press("return")
      yield* expecting(watch, "line there is nothing to run")
      yield* watch.press("q")
      assert.strictEqual(yield* watch.status, exitStatus.done)
    })
  )

  it.effect("plans anew on p, helps on h, and ends as interrupted on Ctrl-C", () =>
    Effect.gen(function* () {
      const watch = yield* begun()
      yield* expecting(watch, "plan 1 []")
      yield* watch.press("h")
      assert.match(yield* watch.next, /^line Enter runs/)
      yield* watch.press("p")
      yield* expecting(watch, "ends 1", "starts 2 r")
      yield* watch.press("ctrl-c")
      assert.strictEqual(yield* watch.status, exitStatus.interrupted)
    })
  )
})

describe("a watch with a cap", () => {
  it.effect("runs what a change calls for, above what the run had cost before", () =>
    Effect.gen(function* () {
      const watch = yield* begun({ maxUsd: 2 }, planned({ spent: 0.5, isBegun: true }))
      yield* expecting(watch, "plan 1 [] within 2, spent 0", 'go {"maxUsd":2.5}')
      yield* watch.ended()
      yield* expecting(watch, "ends 1", "starts 2 r")
      // what failed is not tried again and again
      yield* watch.tell(planned({ spent: 1.75 }))
      yield* expecting(watch, "watches /w.ts", "plan 1 []")
      yield* watch.changed("/w.ts")
      yield* expecting(watch, "ends 2", "starts 3 r")
      yield* watch.tell(planned({ spent: 1.75 }))
      yield* expecting(watch, "watches /w.ts", "plan 1 [/w.ts] within 2, spent 1.25", 'go {"maxUsd":2.5}')
    })
  )

  it.effect("asks for a key where a price is unknown, and then goes without the cap", () =>
    Effect.gen(function* () {
      const watch = yield* begun({ maxUsd: 2 })
      yield* expecting(watch, "plan 1 [] within 2, spent 0", 'go {"maxUsd":2}')
      yield* watch.tell({ _tag: "Unpriced", detail: "no price is known for m" })
      yield* expecting(watch, "line no price is known for m; Enter runs it all the same")
      yield* watch.ended()
      yield* watch.press("return")
      yield* expecting(watch, "ends 1", "starts 2 r")
      yield* watch.tell(planned())
      yield* expecting(watch, "watches /w.ts", "plan 1 []", "go {}")
    })
  )

  it.effect("runs nothing where there is no terminal, nor what is done", () =>
    Effect.gen(function* () {
      const silent = yield* begun({ maxUsd: 2, hasTerminal: false })
      yield* expecting(silent, "plan 1 []", "signal SIGKILL")
      yield* silent.ended()
      yield* silent.changed("/w.ts")
      yield* expecting(silent, "ends 1", "starts 2 r")
      const watch = yield* begun({ maxUsd: 2 }, done)
      yield* expecting(watch, "plan 0 []")
      yield* watch.press("p")
      yield* expecting(watch, "ends 1", "starts 2 r")
    })
  )
})

describe("a file that changes", () => {
  it.effect("while what it belongs to is loaded begins that anew, and is named with those before", () =>
    Effect.gen(function* () {
      const watch = yield* begun()
      yield* expecting(watch, "plan 1 []")
      yield* watch.changed("/a.ts")
      yield* expecting(watch, "ends 1", "starts 2 r")
      yield* watch.changed("/b.ts")
      yield* expecting(watch, "ends 2", "starts 3 r")
      // of a process that is gone
      yield* watch.tell(failed, 2)
      yield* watch.ended(2)
      yield* watch.tell(planned())
      yield* expecting(watch, "watches /w.ts", "plan 1 [/a.ts,/b.ts]")
    })
  )

  it.effect("while the run is at work is looked at when that has ended", () =>
    Effect.gen(function* () {
      const watch = yield* begun({ maxUsd: 1 })
      yield* expecting(watch, "plan 1 [] within 1, spent 0", 'go {"maxUsd":1}')
      yield* watch.changed("/a.ts")
      yield* watch.changed("/b.ts", "/a.ts")
      yield* watch.press("q")
      yield* watch.ended()
      yield* expecting(watch, "ends 1", "starts 2 r")
      yield* watch.tell(planned())
      yield* expecting(watch, "watches /w.ts", "plan 1 [/a.ts,/b.ts] within 1, spent 0", 'go {"maxUsd":1}')
    })
  )
})

describe("a save that is broken", () => {
  it.effect("is told, and the files from before are watched with its own; Enter loads it again", () =>
    Effect.gen(function* () {
      const watch = yield* begun()
      yield* expecting(watch, "plan 1 []")
      yield* watch.changed("/w.ts")
      yield* expecting(watch, "ends 1", "starts 2 r")
      yield* watch.tell(failed)
      yield* expecting(watch, "watches /w.ts /broken.ts", "error broken [/w.ts]")
      yield* watch.ended()
      yield* watch.press("return")
      yield* expecting(watch, "ends 2", "starts 3 r")
      yield* watch.tell(planned())
      yield* expecting(watch, "watches /w.ts", "plan 1 []")
    })
  )

  it.effect("that ends the process is told as that", () =>
    Effect.gen(function* () {
      const watch = yield* watching()
      yield* expecting(watch, "starts 1")
      yield* watch.tell({ _tag: "Left", files: ["/w.ts"] })
      yield* watch.ended()
      yield* expecting(watch, "watches /w.ts")
      assert.match(yield* watch.next, /^error the process that loads the workflow ended .*\(status 1\) \[\]$/)
    })
  )
})

describe("a signal while the run is at work", () => {
  it.effect("ends the run alone where it is Ctrl-C, else all", () =>
    Effect.gen(function* () {
      const watch = yield* begun({ maxUsd: 1 })
      yield* expecting(watch, "plan 1 [] within 1, spent 0", 'go {"maxUsd":1}')
      yield* watch.signal("SIGINT")
      yield* expecting(watch, "signal SIGINT")
      yield* watch.ended()
      yield* expecting(watch, "ends 1", "starts 2 r")
      yield* watch.tell(planned())
      yield* expecting(watch, "watches /w.ts", "plan 1 []")
      yield* watch.press("return")
      yield* expecting(watch, 'go {"maxUsd":1}')
      yield* watch.signal("SIGTERM")
      yield* expecting(watch, "signal SIGTERM")
      yield* watch.ended()
      assert.strictEqual(yield* watch.status, exitStatus.interrupted)
    })
  )
})
