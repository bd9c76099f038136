import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, FileSystem, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as claim from "../../../src/internal/journal/claim.ts"
import * as processes from "../../../src/internal/journal/processes.ts"

const inFolder = <A, E>(use: (folder: string) => Effect.Effect<A, E, FileSystem.FileSystem>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "claim "))),
    use,
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ).pipe(Effect.provide(NodeFileSystem.layer))

const acquire = (folder: string) => Effect.scoped(claim.acquire("r", folder))

/** Another process that waits until it is killed. */
const withOther = <A, E, R>(use: (pid: number, kill: Effect.Effect<void>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] })
    const kill = Effect.promise(
      () =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve()
          child.on("exit", () => resolve())
          child.kill("SIGKILL")
        })
    )
    return Effect.ensuring(use(child.pid!, kill), kill)
  })

/** A claim of another process, renewed so many seconds ago. */
const write = (folder: string, owner: processes.Process | string, seconds = 0) => {
  const file = join(folder, "claim.7")
  writeFileSync(file, typeof owner === "string" ? owner : JSON.stringify(owner))
  const time = new Date(Date.now() - seconds * 1000)
  utimesSync(file, time, time)
}

const elsewhere: processes.Process = { pid: 7, machine: "another boot", started: "1", host: "otherhost" }

const here = (pid: number): processes.Process => {
  const { started: _, ...self } = processes.self
  const started = processes.startOf(pid)
  return { ...self, pid, ...(started !== undefined && { started }) }
}

describe("claim", () => {
  it.effect("is one process's until that lets go", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const held = yield* Scope.provide(claim.acquire("r", folder), scope)
        assert.isFalse(held.isTakenOver)
        const refused = yield* Effect.flip(acquire(folder))
        assert.strictEqual(refused._tag, "JournalError")
        assert.include(refused.message, `process ${process.pid} is running it; wait for its end, or stop it first`)
        assert.strictEqual((yield* claim.holder(folder))?.pid, process.pid)
        yield* Scope.close(scope, Exit.void)
        assert.isUndefined(yield* claim.holder(folder))
        yield* acquire(folder)
        // nothing but the last claim is left
        assert.deepStrictEqual(readdirSync(folder), ["claim.2.ended"])
      })
    )
  )

  it.effect("is refused while another process of this machine lives, and free at once when that is gone", () =>
    inFolder((folder) =>
      withOther((pid, kill) =>
        Effect.gen(function* () {
          // it is at work, however long ago it last had time to say so
          write(folder, here(pid), 3600)
          assert.include((yield* Effect.flip(acquire(folder))).message, `process ${pid} is running it`)
          assert.strictEqual((yield* claim.holder(folder))?.pid, pid)
          yield* kill
          assert.isUndefined(yield* claim.holder(folder))
          yield* acquire(folder)
        })
      )
    )
  )

  it.effect("is free at once where its process's id is another's by now", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        for (const pid of [1, process.ppid, process.pid]) {
          write(folder, { ...here(pid), started: "1" })
          assert.isUndefined(yield* claim.holder(folder))
          yield* acquire(folder)
          rmSync(join(folder, "claim.8.ended"))
        }
      })
    )
  )

  it.effect.each([
    ["elsewhere", elsewhere],
    ["without a name yet", ""]
  ] as const)("of a process %s holds while it is renewed, and is taken over when it is not", ([, owner]) =>
    inFolder((folder) =>
      Effect.gen(function* () {
        write(folder, owner, 10)
        const refused = yield* Effect.flip(acquire(folder))
        assert.include(refused.message, owner === "" ? "another process" : "process 7 of otherhost is running it")
        write(folder, owner, 30)
        assert.isTrue((yield* acquire(folder)).isTakenOver)
      })
    )
  )

  it.effect("of a time to come is one of a clock that was set back, and holds nobody up", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        write(folder, elsewhere, -86_400)
        assert.isUndefined(yield* claim.holder(folder))
        assert.isTrue((yield* acquire(folder)).isTakenOver)
        write(folder, "", -86_400)
        rmSync(join(folder, "claim.8.ended"))
        assert.isTrue((yield* acquire(folder)).isTakenOver)
      })
    )
  )

  it.effect("with the highest number that there is lets no other follow, and says so", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const last = join(folder, "claim.999999999999999.ended")
        writeFileSync(last, "")
        assert.include((yield* Effect.flip(acquire(folder))).message, `no claim can follow: remove ${last}`)
        rmSync(last)
        yield* acquire(folder)
      })
    )
  )

  it.effect("has its owner's name from the first moment, and while it is renewed", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const look = Effect.sync(() => {
          for (const name of readdirSync(folder)) {
            if (name.startsWith("claim.")) seen.push(readFileSync(join(folder, name), "utf8"))
          }
        })
        const fs = yield* FileSystem.FileSystem
        const watched: FileSystem.FileSystem = {
          ...fs,
          open: (path, options) => Effect.tap(fs.open(path, options), () => look),
          link: (from, to) => Effect.andThen(fs.link(from, to), look)
        }
        const held = yield* Effect.provideService(claim.acquire("r", folder), FileSystem.FileSystem, watched)
        yield* held.renew
        assert.isAbove(seen.length, 1)
        assert.deepStrictEqual([...new Set(seen)], [`${JSON.stringify(processes.self)}\n`])
      }).pipe(Effect.scoped)
    )
  )

  it.effect("of a stopped process is taken over", () =>
    inFolder((folder) =>
      withOther((pid) =>
        Effect.gen(function* () {
          process.kill(pid, "SIGSTOP")
          while (!/\) T /u.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) yield* Effect.yieldNow
          write(folder, here(pid), 30)
          assert.isTrue((yield* acquire(folder)).isTakenOver)
        })
      )
    )
  )

  it.effect("that was taken over is noticed by who held it, before anything else", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const held = yield* claim.acquire("r", folder)
        assert.isTrue(held.isSure())
        // as if it had been stopped for a while
        const old = new Date(Date.now() - 60_000)
        writeFileSync(join(folder, "claim.1"), JSON.stringify(elsewhere))
        utimesSync(join(folder, "claim.1"), old, old)
        yield* claim.acquire("r", folder)
        yield* TestClock.adjust("30 seconds")
        assert.isFalse(held.isSure())
        const lost = yield* Effect.flip(held.renew)
        assert.include(lost.message, `process ${process.pid} has taken it over while this one was stopped`)
        assert.isFalse(held.isSure())
        assert.include((yield* Effect.flip(held.renew)).message, "has taken it over")
      }).pipe(Effect.scoped)
    )
  )

  it.effect("is renewed after a while in which nobody else wanted it", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const held = yield* claim.acquire("r", folder)
        const old = new Date(Date.now() - 60_000)
        utimesSync(join(folder, "claim.1"), old, old)
        yield* TestClock.adjust("1 hour")
        assert.isFalse(held.isSure())
        yield* held.renew
        assert.isTrue(held.isSure())
        assert.strictEqual((yield* claim.holder(folder))?.pid, process.pid)
      }).pipe(Effect.scoped)
    )
  )

  it.effect("is lost with its folder", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const inside = join(folder, "run")
        yield* Effect.sync(() => mkdtempSync(inside))
        const held = yield* claim.acquire("r", folder)
        rmSync(folder, { recursive: true })
        assert.isDefined(yield* Effect.flip(held.renew))
      }).pipe(Effect.scoped, Effect.ensuring(Effect.sync(() => writeFileSync(folder, ""))))
    )
  )

  it.effect("goes to one of many that want it at once, each time that it is free", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        let holding = 0
        let taken = 0
        const once = Effect.scoped(
          Effect.gen(function* () {
            yield* claim.acquire("r", folder)
            assert.strictEqual(++holding, 1)
            yield* Effect.yieldNow
            taken++
            holding--
          })
        )
        const tries = Effect.forEach(Array.from({ length: 20 }), () => Effect.ignore(once), { discard: true })
        yield* Effect.forEach(Array.from({ length: 10 }), () => tries, { concurrency: "unbounded", discard: true })
        assert.isAbove(taken, 0)
        assert.strictEqual(readdirSync(folder).length, 1)
      })
    )
  )
})
