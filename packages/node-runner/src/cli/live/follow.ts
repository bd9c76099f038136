import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Workflow from "@stepwright/core/Workflow"
import * as output from "../base/output.ts"
import * as runFolder from "../run/runFolder.ts"
import { originsOf } from "../view/event.ts"
import * as standingNow from "../view/standingNow.ts"
import * as tree from "../view/tree.ts"
import * as drawing from "./canvas.ts"
import { follow, type Look } from "./looks.ts"
import * as progress from "./progress.ts"

/** Shows a run until no process works on it any more, or nobody reads that; gives how it stands then, which is not shown. */
export const inText = Effect.fnUntraced(function* (run: string) {
  // a workflow may take longer to load than any look
  const about = yield* standingNow.about(run, yield* runFolder.state(run))
  const shown = Effect.gen(function* () {
    const screen = output.stdout()
    const show = yield* screen.isTerminal ? drawn(about, screen) : Effect.succeed(plain(about, screen))
    return yield* follow(run, (look, isChanged) => Effect.map(show(look, isChanged), output.isRead))
  })
  return yield* standingNow.at(about, yield* Effect.scoped(shown))
})

type Show = (look: Look, isChanged: boolean) => Effect.Effect<void>
type Screen = ReturnType<typeof output.stdout>

const rowsOf = ({ events, isLive, state }: Look, { loaded }: standingNow.About) =>
  tree.rows(loaded && Workflow.describe(loaded.workflow), state, isLive, { origins: originsOf(events) })

/** On a terminal a tree that is drawn in its place, and leaves that in the end to what follows. */
const drawn = Effect.fnUntraced(function* (about: standingNow.About, screen: Screen) {
  const canvas = yield* drawing.make(screen)
  let frame = 0
  let rows: ReadonlyArray<tree.Row> = []
  const show: Show = Effect.fnUntraced(function* (look, isChanged) {
    if (!look.isLive) return canvas.write("")
    if (isChanged) rows = rowsOf(look, about)
    const now = yield* Clock.currentTimeMillis
    canvas.draw(drawing.picture({ state: look.state, rows }, screen, { now, isLive: true, frame: frame++ }))
  })
  return show
})

/** Elsewhere what is under way, and from then on a line for each thing that happens. */
const plain = (about: standingNow.About, screen: Screen): Show => {
  let told: { readonly events: number; readonly by: progress.Progress } | undefined
  return (look, isChanged) =>
    Effect.sync(() => {
      const { events, isLive, state } = look
      if (!isChanged || (told === undefined && !isLive)) return
      if (told === undefined) {
        told = { events: events.length, by: progress.plain(state, screen) }
        for (const { isStep, look: seen, path } of rowsOf(look, about)) {
          if (isStep && seen in standing) screen.write(`${path}: ${standing[seen]}\n`)
        }
      }
      for (const event of events.slice(told.events)) told.by.onEvent(event, state)
      told = { ...told, events: events.length }
    })
}

const standing: Readonly<Partial<Record<tree.Row["look"], string>>> = {
  running: "running",
  undecided: "waits for a decision",
  suspended: "waits",
  failed: "failed"
}

/** For a program: how it stands at first and after each change, a document a line; the last one once no process works on it. */
export const asJson = Effect.fnUntraced(function* (run: string) {
  const about = yield* standingNow.about(run, yield* runFolder.state(run))
  yield* follow(
    run,
    Effect.fnUntraced(function* (look, isChanged) {
      if (isChanged) yield* Console.log(JSON.stringify(standingNow.toJson(yield* standingNow.at(about, look))))
      return output.isRead()
    })
  )
})
