import { describe } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Journal } from "@stepwright/core"
import { JournalConformance } from "@stepwright/core/testing"
import { conforms, refuses } from "../../../../test/support/conformance.ts"

type Service = Journal.Service

/** The suite of a journal in memory with something else in place of what it does. */
const changed = (change: (journal: Service) => Partial<Service>) =>
  JournalConformance.suite(
    Effect.sync(() => {
      const journal = Journal.makeMemory()
      return Layer.succeed(Journal.Journal, { ...journal, ...change(journal) })
    })
  )

describe("JournalConformance", () => {
  describe("takes one in memory", () => {
    conforms(changed(() => ({})))
  })

  refuses({
    "drops the last event": [
      changed(({ load }) => ({ load: (run) => Effect.map(load(run), (events) => events.slice(0, -1)) })),
      /in the order of their appends, up to the last/
    ],
    "loses the order": [
      changed(({ load }) => ({
        load: (run) => Effect.map(load(run), (events) => events.toSorted((a, b) => (a._tag < b._tag ? -1 : 1)))
      })),
      /in the order of their appends/
    ],
    "lets appends overtake each other": [
      changed(({ append, load }) => ({
        append: (run, event) =>
          "path" in event && event.path.endsWith("0")
            ? Effect.andThen(Effect.yieldNow, append(run, event))
            : append(run, event),
        load
      })),
      /order of appends that are called side by side/
    ],
    "has forgotten all when it is opened again": [
      JournalConformance.suite(Effect.succeed(Journal.layerMemory)),
      /has all events when it is opened again/
    ],
    "keeps equal events once": [
      changed(({ append, load }) => ({
        append: (run, event) =>
          load(run).pipe(
            Effect.orElseSucceed(() => []),
            Effect.flatMap((events) =>
              events.some((other) => JSON.stringify(other) === JSON.stringify(event)) ? Effect.void : append(run, event)
            )
          )
      })),
      /as often as it is appended/
    ],
    "mixes runs": [
      changed(({ append, load, size }) => ({
        append: (run, event) => append(run.toLowerCase().slice(0, 1), event),
        load: (run) => load(run.toLowerCase().slice(0, 1)),
        size: (run) => size(run.toLowerCase().slice(0, 1))
      })),
      /the events of each run apart/
    ],
    "gives nothing where it should fail": [
      changed(({ load }) => ({ load: (run) => Effect.orElseSucceed(load(run), () => []) })),
      /NotFound for a run that is not there/
    ],
    "gives no text where it should fail": [
      changed(({ getText }) => ({ getText: (run, hash) => Effect.orElseSucceed(getText(run, hash), () => "") })),
      /fails for a text that is not there/
    ],
    "cannot hold every text": [
      changed(({ putText }) => ({ putText: (run, hash, text) => putText(run, hash, text.trimEnd()) })),
      /each text as it was by its hash/
    ],
    "writes events in a way that loses some of them": [
      changed(({ append }) => ({
        append: (run, event) => append(run, JSON.parse(JSON.stringify(event).replaceAll("\\r", "")))
      })),
      /any event as it was/
    ],
    "counts what is there from one on": [
      changed(({ size }) => ({ size: (run) => Effect.map(size(run), (size) => (size ?? 0) + 1) })),
      /counts the events of a run, from none on/
    ],
    "gives its own list away": [
      changed(() => {
        const runs = new Map<string, Array<never>>()
        return {
          append: (run, event) =>
            Effect.sync(
              () =>
                void runs
                  .set(run, runs.get(run) ?? [])
                  .get(run)!
                  .push(event as never)
            ),
          load: (run) => Effect.sync(() => runs.get(run) ?? [])
        }
      }),
      /changes nothing that it gave before/
    ],
    "fails without a word": [
      changed(() => ({ append: () => Effect.die(new Error("the disk is full")) })),
      /in the order of their appends/
    ]
  })
})
