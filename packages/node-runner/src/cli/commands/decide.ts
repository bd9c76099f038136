import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Schema from "effect/Schema"
import * as Engine from "@stepwright/core/Engine"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { failed, usage } from "../base/cliError.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import { Person } from "../base/person.ts"
import { Who } from "../gate/who.ts"
import type { Words } from "../base/words.ts"
import { command } from "../module/workflowModule.ts"
import { explainPath } from "../path/explainPath.ts"
import * as places from "../path/places.ts"
import * as stepPath from "../path/stepPath.ts"
import * as decision from "../gate/decision.ts"
import * as flags from "../run/flags.ts"
import * as followed from "../run/followed.ts"
import * as runFolder from "../run/runFolder.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"
import * as gates from "../gate/gates.ts"
import { outlookLines, outlookOf } from "../run/pending.ts"

const config = (words: Words) => ({
  ...flags.runPathAndValue(
    words,
    "The decision: JSON, or a plain answer such as yes; @FILE reads a file, - standard input; on a terminal it is asked for"
  ),
  workflow: flags.workflow(words),
  json: flags.json
})

export const decide = (words: Words) =>
  Command.make(
    "decide",
    config(words),
    Effect.fnUntraced(function* ({ json, workflow, ...rest }) {
      const { path: given, run, value } = yield* followed.runPathAndValue(rest)
      const isLive = yield* runFolder.isLive(run)
      const opened = yield* isLive ? session.open(run, workflow) : session.hold(run, workflow)
      const { loaded, state } = opened
      const path = given === undefined ? undefined : stepPath.resolve(given, loaded.workflow, state)
      const again = yield* command
      const work = Effect.gen(function* () {
        const plan = yield* Engine.plan(loaded.workflow, state)
        const schema = path === undefined ? undefined : gates.decisionAt(loaded.workflow, path)
        if (path === undefined || schema === undefined) return yield* noGate(path, loaded.workflow, state, plan)
        const isDecided = plan.some((entry) => entry.path === path && entry.action === "reuse")
        const known = isDecided
          ? yield* gates.decided(loaded.workflow, state, path)
          : (gates.waitingIn(plan, state).find(({ gate }) => gate.path === path) ?? { gate: { path } })
        const answer = yield* value === undefined ? asked(known, schema, json) : decision.read(schema, value, path)
        const decided = answer === undefined ? known.now : answer
        if (decided === undefined) return undefined
        if (Equal.equals(decided, known.now)) return { decided, stands: true, outlook: outlookOf(plan) }
        const after = yield* isLive
          ? toldOwner(loaded.workflow, run, path, decided)
          : Engine.decide(loaded.workflow, state, path, decided, { who: yield* Who })
        const replaced = known.now
        return { decided, replaced, outlook: outlookOf(yield* Engine.plan(loaded.workflow, after)) }
      })
      const done = yield* work.pipe(
        explainPath(path ?? "", loaded.workflow, state, again),
        Effect.provide(runLayer.withoutModel(opened))
      )
      if (done === undefined) return yield* end(exitStatus.suspended)
      const { decided, outlook: next, replaced, stands = false } = done
      yield* Console.error(`run ${run}: ${loaded.workflow.name}`)
      if (json) {
        const told = { ...(stands && { stands }), ...(replaced !== undefined && { replaced }) }
        return yield* Console.log(JSON.stringify({ run, path, decision: decided, ...told, ...next }, null, 2))
      }
      const was = replaced === undefined ? "" : ` (was: ${JSON.stringify(replaced)})`
      yield* Console.log(`${path} ${stands ? "stays" : "is"} decided: ${JSON.stringify(decided)}${was}`)
      // who runs it goes on by itself
      if (isLive && (yield* runFolder.isLive(run))) return
      for (const line of outlookLines(next)) yield* Console.log(line)
      const flags = yield* session.flagsFor(run, yield* runFolder.settingsToLookAt(run), workflow)
      yield* Console.error(`go on with: ${again} resume ${run}${flags}`)
    })
  ).pipe(
    Command.withDescription(
      "Decide what a gate of the workflow asks. A run that is under way goes on with it as soon as all else is done that can be, one that only waits with `resume`; the decision holds as long as the question is the same. Without VALUE the question is shown and the decision asked for."
    ),
    Command.withShortDescription("Decide what a run waits for"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest approval`, description: "Shows the question, and asks" },
      { command: `${commandPath.join(" ")} latest approval yes`, description: "A decision of one field, plainly" },
      {
        command: `${commandPath.join(" ")} latest approval '{"approved": false, "note": "too large"}'`,
        description: "As JSON"
      },
      { command: `${commandPath.join(" ")} ${words.id} approval @decision.json --json`, description: "For a script" }
    ])
  )

/** Has the process that runs it take the decision; where that has just ended, it is taken here. */
const toldOwner = Effect.fnUntraced(function* (
  workflow: session.Session["loaded"]["workflow"],
  run: string,
  path: string,
  decision: Schema.Json
) {
  const answer = yield* runFolder.ask(run, { _tag: "Decide", path, decision })
  if (answer?.isDone === false) return yield* failed(`${path}: ${answer.detail}`, { target: path })
  if (answer !== undefined) return yield* runFolder.state(run)
  yield* runFolder.claim(run)
  return yield* Engine.decide(workflow, yield* runFolder.state(run), path, decision, { who: yield* Who })
})

/** Says which gates there are: those that wait, or else all that are known. */
const noGate = (
  path: string | undefined,
  workflow: Workflow.Any,
  state: WorkflowState,
  plan: ReadonlyArray<Engine.PlanEntry>
) => {
  const isGate = (path: string) => gates.decisionAt(workflow, path) !== undefined
  if (!Workflow.steps(workflow).some(({ step }) => step.isGate)) {
    return usage("this workflow has no gate, so there is nothing to decide", { target: "PATH" })
  }
  const { inside, paths } = places.of(workflow, state, plan)
  const open = gates.inPlan(plan).map(({ path }) => path)
  const all = open.length > 0 ? open : paths().filter(isGate)
  const fix =
    all.length === 0
      ? `see \`plan ${state.run}\``
      : `name one of ${stepPath.list(path === undefined ? all : stepPath.choice(path, all))}`
  if (path === undefined) return usage("PATH is missing", { target: "PATH", fix })
  const group = inside(path)
  if (group !== undefined) return stepPath.ofGroup(path, state.run, group)
  const [first] = stepPath.choice(path, all)
  const meant = first !== undefined && stepPath.isMeant(path, first) ? `; did you mean "${first}"?` : ""
  return usage(`${path}: no gate has this path${meant}`, { target: path, fix })
}

/** Asks the person who is there; `undefined` where the gate is left as it is. */
const asked = Effect.fnUntraced(function* (known: gates.Decided, schema: Workflow.Any["input"], json: boolean) {
  const { isThere } = yield* Person
  if (json || !isThere()) {
    return yield* usage("VALUE is missing", { target: "VALUE", fix: `give ${decision.shapeOf(schema)}` })
  }
  const decided = yield* gates.ask(known, schema)
  if (decided === undefined && known.now === undefined) yield* Console.error(`${known.gate.path} is left undecided`)
  return decided
})
