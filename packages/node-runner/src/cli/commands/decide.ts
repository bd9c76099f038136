import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import * as Workflow from "@stepwright/core/Workflow"
import { usage } from "../base/cliError.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import { Person } from "../base/person.ts"
import type { Words } from "../base/words.ts"
import { command } from "../module/workflowModule.ts"
import { explainPath } from "../path/explainPath.ts"
import { isNear, nearest } from "../path/nearest.ts"
import * as stepPath from "../path/stepPath.ts"
import * as decision from "../gate/decision.ts"
import * as flags from "../run/flags.ts"
import * as followed from "../run/followed.ts"
import * as runFolder from "../run/runFolder.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"
import * as gates from "../gate/gates.ts"

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
      const opened = yield* session.open(run, workflow)
      yield* runFolder.checkStore
      const { loaded, state } = opened
      const work = Effect.gen(function* () {
        const open = gates.inPlan(yield* Engine.plan(loaded.workflow, state))
        const path = given === undefined ? undefined : stepPath.resolve(given, loaded.workflow, state)
        const schema = path === undefined ? undefined : gates.decisionAt(loaded.workflow, path)
        if (path === undefined || schema === undefined) return yield* noGate(path, loaded.workflow, open)
        const gate = open.find((entry) => entry.path === path) ?? { path }
        const decided = yield* value === undefined ? asked(gate, schema, json) : decision.read(schema, value, path)
        if (decided === undefined) return undefined
        const after = yield* Engine.decide(loaded.workflow, state, path, decided)
        return { path, decided, plan: yield* Engine.plan(loaded.workflow, after) }
      })
      const done = yield* work.pipe(
        explainPath(given ?? "", loaded.workflow, state),
        Effect.provide(runLayer.withoutModel(opened))
      )
      if (done === undefined) return yield* end(exitStatus.suspended)
      const { decided, path, plan } = done
      const pending = plan.filter(({ action }) => action === "run" || action === "perhaps").map(({ path }) => path)
      const undecided = plan.filter(({ action }) => action === "decide").map(({ path }) => path)
      yield* Console.error(`run ${run}: ${loaded.workflow.name}`)
      if (json) return yield* Console.log(JSON.stringify({ run, path, decision: decided, pending, undecided }, null, 2))
      yield* Console.log(`${path} is decided: ${JSON.stringify(decided)}`)
      if (pending.length > 0) yield* Console.log(`will run with \`resume\`: ${pending.join(", ")}`)
      if (undecided.length > 0) yield* Console.log(`waits for a decision: ${undecided.join(", ")}`)
      yield* Console.error(`go on with: ${yield* command} resume ${run}`)
    })
  ).pipe(
    Command.withDescription(
      "Decide what a gate of the workflow asks. A run that waits for nothing else then goes on with `resume`; the decision holds as long as the question is the same. Without VALUE the question is shown and the decision asked for."
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

/** Says which gates there are, those first that wait. */
const noGate = (path: string | undefined, workflow: Workflow.Any, open: ReadonlyArray<gates.Gate>) => {
  const patterns = Workflow.steps(workflow).flatMap(({ path, step }) => (step.isGate ? [path] : []))
  const all = open.length > 0 ? open.map(({ path }) => path) : patterns.map((path) => path.replaceAll("*", "KEY"))
  if (all.length === 0) return usage("this workflow has no gate, so there is nothing to decide", { target: "PATH" })
  const names = (path === undefined ? all : nearest(path, all)).join(", ")
  const fix = `name one of ${names}`
  if (path === undefined) return usage("PATH is missing", { target: "PATH", fix })
  const [first = ""] = nearest(path, all)
  const meant = isNear(path, first) ? `; did you mean "${first}"?` : ""
  return usage(`${path}: no gate has this path${meant}`, { target: path, fix })
}

/** Asks the person who is there; `undefined` where the gate is left as it is. */
const asked = Effect.fnUntraced(function* (gate: gates.Gate, schema: Workflow.Any["input"], json: boolean) {
  const { isThere } = yield* Person
  if (json || !isThere()) {
    return yield* usage("VALUE is missing", { target: "VALUE", fix: `give ${decision.shapeOf(schema)}` })
  }
  const decided = yield* gates.ask(gate, schema)
  if (decided === undefined) yield* Console.error(`${gate.path} is left undecided`)
  return decided
})
