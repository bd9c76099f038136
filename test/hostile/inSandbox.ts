import { readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:net"
import { layer } from "@effect/vitest"
import { counts, isGreen, TestRunner } from "@stepwright/core/TestRunner"
import { Effect, Result } from "effect"
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

/** Tests that each hostile program comes to what is said of it, and that nothing of it is left. */
export const hostileIn = (name: keyof typeof sandboxes) => {
  const { needs, of } = sandboxes[name]
  const column = name === "pyodide" ? "pyodide" : "bubblewrap"
  const all = Object.entries(programs)
  const endless = all.filter(([, program]) => program[column].includes("TimedOut"))
  for (const [timeout, some] of [
    ["1 second", endless],
    ["1 minute", all.filter((program) => !endless.includes(program))]
  ] as const) {
    describe(`within ${timeout}, in ${name}`, () => {
      layer(of({ timeout }), { excludeTestServices: true, concurrent: true })((it) => {
        for (const [title, program] of some) {
          it.effect(
            title,
            () =>
              Effect.gen(function* () {
                const { port, seen } = yield* listening
                const files = Object.entries(program.files).map(([path, text]) => [
                  path,
                  text.replace("PORT", `${port}`)
                ])
                const { outcome, told } = yield* outcomeOf(Object.fromEntries(files))
                assert.include(program[column], outcome, told)
                assert.isBelow(told.length, 200_000)
                assert.strictEqual(seen(), 0)
                // the system ends them when it comes to it
                while (left().length > 0) yield* Effect.sleep("20 millis")
              }).pipe(Effect.scoped),
            needs
          )
        }
      })
    })
  }
}
