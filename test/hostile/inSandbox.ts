import { readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:net"
import { layer } from "@effect/vitest"
import { counts, isGreen, TestRunner } from "@stepwright/core/TestRunner"
import { Duration, Effect, Result } from "effect"
import { assert, describe } from "vitest"
import { mark, type Outcome, programs } from "./programs.ts"
import { filesOf, sandboxes } from "./sandboxes.ts"

/** The processes of the machine that hostile tests started. */
const left = () =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark)
    } catch {
      return false
    }
  })

const outcomeOf = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const result = yield* Effect.result(Effect.flatMap(TestRunner, ({ run }) => run(filesOf(files))))
  if (Result.isFailure(result)) return { outcome: result.failure.reason as Outcome, told: result.failure.detail }
  const report = result.success
  const { errors, failed, unsupported } = counts(report)
  const isRed = failed + errors + report.doubts.length > 0
  const outcome: Outcome = isGreen(report) ? "green" : unsupported > 0 && !isRed ? "unsupported" : "red"
  return { outcome, told: JSON.stringify(report) }
})

const listening = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly seen: () => number; readonly close: () => void }>((resume) => {
    let seen = 0
    const server = createServer((socket) => {
      seen++
      socket.destroy()
    }).listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" ? address!.port : 0
      resume(Effect.succeed({ port, seen: () => seen, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

/** How long a sandbox takes for a test that does nothing. **Units** milliseconds. */
const idle = Effect.fnUntraced(function* () {
  const one = outcomeOf({ "test_it.py": "def test_it(): pass\n" })
  // the first one may make what the others start from
  const times = yield* Effect.forEach([one, one, one], Effect.timed)
  return Math.max(...times.slice(1).map(([time]) => Duration.toMillis(time)))
})

/** How much longer than its limit a program may take until nothing of it is left. **Units** milliseconds. */
const grace = 2_000

/**
 * Tests that each hostile program comes to what is said of it, and that nothing of it is left; `isTimed` in time too, on
 * a machine that does nothing else.
 */
export const hostileIn = (name: keyof typeof sandboxes, isTimed = false) => {
  const { needs, of } = sandboxes[name]
  const column = name === "pyodide" ? "pyodide" : "bubblewrap"
  const all = Object.entries(programs)
  const endless = all.filter(([, program]) => program[column].includes("TimedOut"))
  let start: number | undefined
  for (const [timeout, some] of [
    ["1 second", endless],
    ["1 minute", all.filter((program) => !endless.includes(program))]
  ] as const) {
    describe(`within ${timeout}, in ${name}`, () => {
      layer(of({ timeout }), { excludeTestServices: true, concurrent: !isTimed })((it) => {
        for (const [title, program] of some) {
          it.effect(
            title,
            () =>
              Effect.gen(function* () {
                if (isTimed) start ??= yield* idle()
                const { port, seen } = yield* listening
                const files = Object.entries(program.files).map(([path, text]) => [
                  path,
                  text.replace("PORT", `${port}`)
                ])
                const [time, { outcome, told }] = yield* Effect.timed(
                  Effect.gen(function* () {
                    const come = yield* outcomeOf(Object.fromEntries(files))
                    // the system ends them when it comes to it
                    while (left().length > 0) yield* Effect.sleep("20 millis")
                    return come
                  })
                )
                assert.include(program[column], outcome, told)
                assert.isBelow(told.length, 200_000)
                assert.strictEqual(seen(), 0)
                if (start === undefined) return
                const limit = Duration.toMillis(Duration.fromInputUnsafe(timeout))
                assert.isAtMost(Duration.toMillis(time) - start, limit + grace)
              }).pipe(Effect.scoped),
            needs
          )
        }
      })
    })
  }
}
