import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const bound = saying()
const runs = ".stepwright/runs"

const started = startedWith(bound)

const twoHoursAgo = () => new Date(Date.now() - 7_200_000)
const age = (path: string) => utimesSync(path, twoHoursAgo(), twoHoursAgo())

/** A folder of a run that never began, with so many bytes in it. */
const leave = (name: string, bytes: number) => {
  mkdirSync(`${runs}/${name}/inbox`, { recursive: true })
  writeFileSync(`${runs}/${name}/run.json`, "x".repeat(bytes))
  age(`${runs}/${name}`)
}

/** Calls `gc` for a script. */
const collected = (...args: ReadonlyArray<string>) =>
  Effect.map(call(["gc", ...args, "--json"], bound), ({ err, out, status }) => ({ ...JSON.parse(out), err, status }))

describe("gc --older-than", () => {
  it.effect.each([
    ["2", 2],
    ["2d", 2],
    ["48h", 2],
    ["36h", 1.5],
    ["0", 0]
  ] as const)("takes %s", ([text, days]) =>
    Effect.gen(function* () {
      const old = yield* started
      yield* TestClock.adjust(days * 86_400_000)
      assert.deepStrictEqual((yield* collected("--older-than", text)).runs, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual((yield* collected("--older-than", text)).runs, [old])
    }).pipe(inFolder)
  )

  it.effect.each(["d", "2w", "1.5d", "two", "30 d", "-1", "1e3", "9".repeat(400)])(
    "refuses %j, and says what it takes",
    (text) =>
      Effect.gen(function* () {
        const run = yield* started
        const { err, status } = yield* call(["gc", `--older-than=${text}`], bound)
        assert.strictEqual(status, 2, err)
        assert.include(err, "30d or 12h")
        assert.deepStrictEqual(readdirSync(runs), [run])
      }).pipe(inFolder)
  )
})

describe("gc", () => {
  it.effect("says how much was removed, and how much would be", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      leave("one", 1500)
      leave("two", 2000)
      const run = yield* started
      const bytes = readdirSync(`${runs}/${run}`).reduce(
        (sum, name) => sum + statSync(`${runs}/${run}/${name}`).size,
        0
      )
      yield* TestClock.adjust("2 days")
      const would = yield* collected("--dry-run", "--older-than", "1d")
      assert.deepInclude(would, { status: 0, runs: [run], bytes: 3500 + bytes, failed: [] })
      assert.match((yield* call(["gc", "--dry-run"], bound)).out, /^2 leftovers and 0 runs to remove, 3\.5 kB\n/m)
      assert.strictEqual(readdirSync(runs).length, 3)
      assert.match((yield* call(["gc"], bound)).out, /^2 leftovers and 0 runs removed, 3\.5 kB\n/m)
      assert.strictEqual((yield* collected("--older-than", "1d")).bytes, bytes)
      yield* call(["gc"], bound)
      assert.match((yield* call(["gc"], bound)).out, /^0 leftovers and 0 runs removed\n/m)
    }).pipe(inFolder)
  )

  it.effect("counts no more than what is there, whatever a link in it leads to", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      mkdirSync(`${runs}/.removed-x`, { recursive: true })
      writeFileSync("elsewhere", "x".repeat(5000))
      symlinkSync("../../../elsewhere", `${runs}/.removed-x/link`)
      for (const name of ["a", "b"]) symlinkSync(".", `${runs}/.removed-x/${name}`)
      assert.isBelow((yield* collected()).bytes, 1000)
      assert.isTrue(existsSync("elsewhere"))
    }).pipe(inFolder)
  )

  it.effect("leaves the record of a chosen folder that cannot be read", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      yield* started
      const [unread, torn, gone] = ["a", "b", "c"].map((digit) => `.stepwright/out/${digit.repeat(64)}`)
      mkdirSync(unread!, { recursive: true })
      writeFileSync(torn!, "no-such-run")
      writeFileSync(gone!, "no-such-run out/it\n")
      for (const path of [unread!, torn!, gone!]) age(path)
      const { failed, leftovers, status } = yield* collected()
      assert.deepStrictEqual(leftovers, [gone])
      assert.deepStrictEqual([failed.map(({ target }: { target: string }) => target), status], [[unread], 1])
      assert.isTrue(existsSync(torn!))
    }).pipe(inFolder)
  )

  it.effect("removes the rest where something cannot be looked at, names that, and ends with 1", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      mkdirSync(runs, { recursive: true })
      mkdirSync(`${runs}/odd`)
      writeFileSync(`${runs}/odd/inbox`, "")
      leave("one", 10)
      const { err, out, status } = yield* call(["gc"], bound)
      assert.deepStrictEqual([status, readdirSync(runs)], [1, ["odd"]])
      assert.include(out, `removed ${runs}/one\n1 leftover and 0 runs removed, 10 B\n`)
      assert.include(err, `stepwright: ${runs}/odd stays: not a directory\n`)
    }).pipe(inFolder)
  )

  it.effect("leaves what is no run's in a folder of runs that somebody chose", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      mkdirSync("elsewhere/inbox", { recursive: true })
      mkdirSync(`${runs}/mail/inbox`, { recursive: true })
      writeFileSync(`${runs}/mail/inbox/letter.eml`, "mine")
      symlinkSync("../../elsewhere", `${runs}/linked`)
      for (const path of ["elsewhere", `${runs}/mail`, `${runs}/linked`]) age(path)
      assert.deepStrictEqual((yield* collected()).leftovers, [])
      assert.deepStrictEqual(readdirSync(runs), ["linked", "mail"])
    }).pipe(inFolder)
  )

  it.effect("removes old runs beside one that cannot be read, and names it", () =>
    Effect.gen(function* () {
      const [old, damaged] = [yield* started, yield* started]
      const file = `${runs}/${damaged}/events.jsonl`
      writeFileSync(file, readFileSync(file, "utf8").replace("RunStarted", "RunStopped"))
      yield* TestClock.adjust("40 days")
      const { failed, runs: removed, status } = yield* collected("--older-than", "30d")
      assert.deepStrictEqual([removed, status], [[old], 1])
      assert.strictEqual(failed[0].target, `run ${damaged}`)
      assert.include(failed[0].message, "events.jsonl:3: it was changed")
      assert.deepStrictEqual(readdirSync(runs), [damaged])
      assert.strictEqual((yield* collected()).status, 0)
    }).pipe(inFolder)
  )
})
