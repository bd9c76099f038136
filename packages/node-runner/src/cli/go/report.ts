// How a run that goes on, here or elsewhere, is shown, and what is printed of it once it has ended.

import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type * as Schema from "effect/Schema"
import type * as Engine from "@stepwright/core/Engine"
import { Undecided } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type { DeltaSink } from "@stepwright/core/DeltaSink"
import { Interrupt } from "../base/interrupt.ts"
import { notice } from "../base/notice.ts"
import * as output from "../base/output.ts"
import { endedAt, told } from "../base/told.ts"
import type { Manner } from "../gate/consent.ts"
import * as gates from "../gate/gates.ts"
import * as runLines from "../live/lines.ts"
import * as progress from "../live/progress.ts"
import { command } from "../module/workflowModule.ts"
import * as result from "../result/result.ts"
import * as further from "../run/further.ts"
import type { Session } from "../run/session.ts"
import * as answer from "../value/answer.ts"
import * as document from "../view/document.ts"
import { type EndedRun, summary } from "../view/summary.ts"

/** What shows how a run goes on. */
interface Shown extends Pick<progress.Progress, "onEvent" | "aside" | "print"> {
  readonly deltas: typeof DeltaSink.Service
}

/** Does something that a run goes on by, and shows on standard error how it does. */
export const shown = <A, E, R>(
  self: Pick<Session, "run" | "loaded" | "state">,
  manner: Manner,
  work: (shown: Shown) => Effect.Effect<A, E, R>
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const lines = manner.lines === true ? yield* runLines.make : undefined
      const { aside, deltas, onEvent, print } = yield* progress.make(
        self.loaded.workflow,
        self.state,
        lines === undefined ? output.stderr() : output.beside(output.stderr())
      )
      const interrupt = yield* Interrupt
      interrupt.print = print
      interrupt.work.run = self.run
      interrupt.work.goOn = `${yield* command} resume ${self.run}`
      const listening: Engine.Listeners["onEvent"] = (event, state) => {
        onEvent(event, state)
        lines?.happened(event, state.events)
      }
      return yield* work({ aside, print, onEvent: listening, deltas: runLines.both(deltas, lines?.deltas) }).pipe(
        Effect.provideService(
          Logger.CurrentLoggers,
          new Set([Logger.map(notice, print), ...(lines === undefined ? [] : [lines.logger])])
        )
      )
    })
  )

/** What came of a run that ended. */
interface Ended extends Pick<EndedRun, "ran" | "durationMillis" | "usd"> {
  readonly state: WorkflowState
  readonly reused: ReadonlyArray<string>
  readonly cached: ReadonlyArray<string>
  readonly unused?: EndedRun["unused"]
  readonly undecided?: ReadonlyArray<gates.Gate>
  readonly output?: Schema.Json
  /** How it gets further. */
  readonly before?: string | undefined
  readonly flag?: string
}

/** Prints what came of a run; tells whether its tests are red. */
export const report = Effect.fnUntraced(function* (
  self: Session,
  manner: Manner,
  { before, cached, flag = "", output, ran, reused, state, undecided = [], unused, ...figures }: Ended
) {
  const { loaded, run, settings } = self
  const again = yield* command
  const holding = new Set([...ran, ...reused, ...cached])
  const found = yield* result.of(loaded.workflow, state, settings.out, {
    has: (path) => state.status !== "COMPLETED" || holding.has(path),
    holds: (path) => holding.has(path)
  })
  const isRed = further.isRed(state, found.tests)
  const ended: EndedRun = {
    ...self,
    ...figures,
    state,
    ran,
    reused: reused.length,
    cached: cached.length,
    output,
    unused,
    holding,
    result: found,
    undecided,
    again,
    goOn: isRed ? further.fork(again, run) : further.after(before, `${again} resume ${run}${flag}`)
  }
  yield* Console.log(manner.json ? answer.text(document.ofEnded(ended), manner.lines) : summary(ended))
  return isRed
})

/** How a run ended early: `why` is what ended it, where it is not decisions that it waits for. */
interface How extends Pick<Ended, "before" | "flag"> {
  readonly how: "suspended" | "failed"
  readonly why: { readonly path: string; readonly message: string } | undefined
  readonly undecided: ReadonlyArray<gates.Gate>
  readonly isRed: boolean
}

/** Says on standard error how a run ended early, and what to do. */
export const sayHow = Effect.fnUntraced(function* (
  run: string,
  manner: Manner,
  { before, flag, how, isRed, undecided, why }: How
) {
  const again = yield* command
  const [first, ...others] = undecided.map(({ path }) => path)
  if (why === undefined && first !== undefined) {
    const asks = `${how}: ${told(new Undecided({ gates: [first, ...others] }))}`
    const decide = gates.command(again, run, first)
    return yield* Console.error(`${asks}\ndecide with \`${decide}\`, then go on with \`${again} resume ${run}\``)
  }
  const { message, path } = why ?? { path: "", message: "" }
  // of tests that are red the summary has what they say
  const shownMessage = isRed && !manner.json ? message.split("\n", 1)[0]! : message
  yield* Console.error(
    `${endedAt(how, path, shownMessage)}\n${isRed ? lookAtRed(again, run) : look(again, run, flag, before)}`
  )
})

export const look = (again: string, run: string, flag = "", before?: string) =>
  `look with \`${again} status ${run}\`, ${further.after(before, `go on with \`${again} resume ${run}${flag}\``)}`

const lookAtRed = (again: string, run: string) => `look with \`${again} status ${run}\`; ${further.tryAnew(again, run)}`
