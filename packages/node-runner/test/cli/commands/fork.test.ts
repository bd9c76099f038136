import { readFileSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inFolder } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const bound = saying()

/** A folder with a run, and its id. */
const started = Effect.gen(function* () {
  writeFileSync("doc.md", "Say it.")
  const { out } = yield* call(["run", "doc.md", "--max-calls", "9", "--json"], bound)
  const { run }: { readonly run: string } = JSON.parse(out)
  return run
})

const eventsOf = (run: string) => readFileSync(`.stepwright/runs/${run}/events.jsonl`, "utf8")
const settingsOf = (run: string): unknown => {
  const { seal: _, ...settings } = JSON.parse(readFileSync(`.stepwright/runs/${run}/run.json`, "utf8"))
  return settings
}

describe("fork", () => {
  it.effect("starts a run that asks at one path, prints its id, and says how to go on; the other stays as it is", () =>
    Effect.gen(function* () {
      const origin = yield* started
      const before = eventsOf(origin)
      const { err, out, status } = yield* call(["fork", origin, "each/b"], bound)
      assert.strictEqual(status, 0, err)
      const run = out.trimEnd()
      assert.notStrictEqual(run, origin)
      assert.include(err, `results of ${origin}, and a new one of each/b to come`)
      assert.include(err, `go on with: node saying.ts resume ${run}`)
      const plan = yield* call(["plan", run], bound)
      assert.match(plan.out, /^reuse +first\nreuse +each\/a\nrun +each\/b +a new result was asked for\nperhaps +last/)
      const resumed = yield* call(["resume", run, "--json"], saying("other"))
      assert.deepStrictEqual(JSON.parse(resumed.out).output, {
        first: "said",
        "each/a": "said",
        "each/b": "other",
        last: "other"
      })
      assert.strictEqual((yield* call(["show", run, "each/b"], bound)).out, "other\n")
      assert.strictEqual((yield* call(["show", origin, "each/b"], bound)).out, "said\n")
      assert.strictEqual(eventsOf(origin), before)
    }).pipe(inFolder)
  )

  it.effect("takes the run that was used last, an id of one's own, and the settings but for where files go", () =>
    Effect.gen(function* () {
      const origin = yield* started
      const { err, out, status } = yield* call(["fork", "first", "--run", "second", "--json"], bound)
      assert.strictEqual(status, 0, err)
      assert.deepStrictEqual(JSON.parse(out), { run: "second", origin, workflow: "saying", path: "first" })
      assert.deepStrictEqual(settingsOf("second"), { ...(settingsOf(origin) as object), out: "out/second" })
    }).pipe(inFolder)
  )

  it.effect("refuses what it cannot do before anything is there", () =>
    Effect.gen(function* () {
      const origin = yield* started
      for (const [args, said] of [
        [["frist"], 'no step has this path; did you mean "first"?'],
        [["each"], "each is a group: name one of each/a, each/b"],
        [["input"], "no step has this path"],
        [[origin], "PATH is missing"],
        [["first", "--run", origin], `there is a run "${origin}" already`],
        [["first", "--run", "a/b"], "an id has up to 128 letters, digits"],
        [["first", "--run", ""], "an id has up to 128 letters, digits"],
        [["first", "--run", "latest"], "the name for the run used last"]
      ] as const) {
        const { err, status } = yield* call(["fork", ...args], bound)
        assert.strictEqual(status, 2, args.join(" "))
        assert.include(err, said)
      }
      assert.strictEqual(JSON.parse((yield* call(["list", "--json"], bound)).out).length, 1)
    }).pipe(inFolder)
  )
})
