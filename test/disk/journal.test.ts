import * as repair from "../../packages/node-runner/src/internal/journal/repair.ts"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import type { WorkflowEvent } from "@stepwright/core"
import { Effect, FileSystem } from "effect"
import { chooser } from "./chooser.ts"
import * as disk from "./disk.ts"
import { id } from "../support/mortal.ts"
import { essence, type Life, live } from "./run.ts"
import * as tree from "./tree.ts"

/** No process of before lives. */
const restart = (root: tree.Folder, { isCut = true } = {}): void => {
  const runs = root.entries.get("runs")
  const run = runs?._tag === "Folder" ? runs.entries.get(id) : undefined
  if (run?._tag !== "Folder") return
  for (const name of run.entries.keys()) {
    if (name.startsWith("claim.")) run.entries.delete(name)
  }
  if (isCut) tree.flush(run)
}

const onDisk = <A, E>(root: tree.Folder, work: Effect.Effect<A, E, FileSystem.FileSystem>) =>
  Effect.runPromise(Effect.provideService(work, FileSystem.FileSystem, disk.make(root).fileSystem))

/** The events on a disk, which is repaired first where it is damaged. */
const eventsOn = (root: tree.Folder): Promise<ReadonlyArray<WorkflowEvent.WorkflowEvent>> =>
  onDisk(
    root,
    Effect.gen(function* () {
      const load = Effect.scoped(Effect.flatMap(NodeJournal.make("runs"), (journal) => journal.load(id)))
      return yield* load.pipe(
        Effect.catch((error) => {
          if (error.reason === "NotFound") return Effect.succeed([])
          assert.strictEqual(error.reason, "Unreadable", error.message)
          return Effect.andThen(repair.repair(id, `runs/${id}`), load)
        })
      )
    })
  )

/** What is wrong with a disk after a life on it ended early, if anything is. */
const problemOf = (root: tree.Folder, before: Life, expected: string): Promise<string | undefined> =>
  problemIn(root, before, expected).catch((error) => `cannot be read: ${error}`)

const problemIn = async (root: tree.Folder, before: Life, expected: string): Promise<string | undefined> => {
  restart(root)
  const events = await eventsOn(root)
  const kept = new Set(events.map((event) => JSON.stringify(event)))
  const lost = before.durable.find((event) => !kept.has(event))
  if (lost !== undefined) return `lost: ${lost}`
  if (before.marks.has("begun") && events.length === 0) return "lost: the run"
  const isDecided = events.some((event) => event._tag === "StepSucceeded" && event.by === "decision")
  if (before.marks.has("decided") && !isDecided) return "lost: the decision"
  const answered = new Set(
    events.flatMap((event) => (event._tag === "StepReplied" ? [`${event.path} ${event.turn}`] : []))
  )
  restart(root)
  const after = await live(root)
  const again = after.asked.find((key) => answered.has(key))
  if (again !== undefined) return `asked again: ${again}`
  return essence(after.state) === expected ? undefined : `ended otherwise: ${essence(after.state)}`
}

describe("a journal on a disk", () => {
  let expected = ""
  let calls = 0
  let flushes: ReadonlyArray<string> = []
  beforeAll(async () => {
    const whole = await live(tree.folder())
    assert.isTrue(whole.isWhole)
    expected = essence(whole.state)
    calls = whole.disk.calls()
    flushes = whole.disk.flushed
  })

  /** Cuts the power at a call, and says what is wrong after that. */
  const cutAt = async (call: number, seed: number, ignores?: (path: string) => boolean) => {
    const root = tree.folder()
    const life = await live(root, { cutAt: call, ...(ignores !== undefined && { ignores }) })
    return problemOf(tree.cut(root, chooser(seed)), life, expected)
  }

  it("loses nothing that was on it, wherever the power is cut", async () => {
    for (let call = 1; call <= calls; call++) {
      for (let seed = 0; seed < 2; seed++) {
        // oxlint-disable-next-line no-await-in-loop -- one disk after the other
        const problem = await cutAt(call, seed * 1000 + call)
        assert.isUndefined(problem, `cut at call ${call}, seed ${seed}`)
      }
    }
  })

  it.each(["ENOSPC", "EIO", "EMFILE"] as const)("loses nothing whichever call fails with %s", async (code) => {
    for (let at = 1; at <= calls; at++) {
      const root = tree.folder()
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      const life = await live(root, { fails: { at, code } })
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      assert.isUndefined(await problemOf(root, life, expected), `${code} at call ${at}`)
    }
  })

  it("is on the disk when a killed run went on to its end, and the power is cut then", async () => {
    for (let call = 1; call <= calls; call += call < 60 ? 1 : 7) {
      const root = tree.folder()
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      await live(root, { cutAt: call })
      restart(root, { isCut: false })
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      const life = await live(root)
      // oxlint-disable-next-line no-await-in-loop -- one disk after the other
      assert.isUndefined(await problemOf(tree.cut(root, chooser(call)), life, expected), `killed at call ${call}`)
    }
  })

  it("needs each of its flushes", async () => {
    const kindOf = (path: string) => path.replace(/\d{5,}/u, "N")
    const kinds = [...new Set(flushes.map(kindOf))]
    assert.include(kinds, `runs/${id}/events.jsonl`)
    for (const kind of kinds) {
      let isMissed = false
      for (let call = calls; call > 0 && !isMissed; call--) {
        for (let seed = 0; seed < 6 && !isMissed; seed++) {
          // oxlint-disable-next-line no-await-in-loop -- one disk after the other
          isMissed = (await cutAt(call, seed * 1000 + call, (path) => kindOf(path) === kind)) !== undefined
        }
      }
      assert.isTrue(isMissed, `nobody misses the flush of ${kind}`)
    }
  })
})
