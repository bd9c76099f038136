// What a model can do with runs by its tools: each workflow is one that starts it, and others look and go on.

import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as StandardSchema from "@stepwright/core/StandardSchema"
import * as Engine from "@stepwright/core/Engine"
import { resultAt } from "@stepwright/core/WorkflowState"
import * as ServerApi from "../../ServerApi.ts"
import * as acts from "../act/acts.ts"
import * as looks from "../act/looks.ts"
import { Offered } from "../act/offered.ts"
import { usage } from "../base/cliError.ts"
import type { Loaded } from "../module/workflowModule.ts"
import * as stepPath from "../path/stepPath.ts"
import * as runFolder from "../run/runFolder.ts"
import { toJson } from "../value/output.ts"
import * as asking from "./asking.ts"
import { most, nextOf, standing, withNext } from "./standing.ts"
import { isAsking, objectOf, objectSchemaOf, tool } from "./tool.ts"

const Run = Schema.String.annotate({ description: "The run's id, or `latest`." })
const Path = Schema.String.annotate({ description: "The path of a step, as status and plan say it." })
const Next = Schema.String.annotate({ description: "What to do next." })

const Begun = { ...ServerApi.Begun.fields, next: Next }

/** The tools for runs of any workflow. */
const common = [
  tool(
    {
      name: "runs_status",
      title: "How a run stands",
      description:
        "Every step of a run with its status, errors, what waits for a person, files and tests. Says what to do next.",
      isReadOnly: true
    },
    {
      run: Run,
      waitSeconds: Schema.optionalKey(
        Schema.Finite.annotate({ description: `Waits so long for a run under way to end, ${most} at most.` })
      )
    },
    { ...ServerApi.Standing.fields, next: Next },
    ({ run, waitSeconds }) => standing(run, waitSeconds)
  ),
  tool(
    {
      name: "runs_plan",
      title: "What a run would do",
      description:
        "Says for each step of a run whether going on would reuse its result or run it, and why. Costs nothing.",
      isReadOnly: true
    },
    { run: Run },
    { plan: Schema.Array(ServerApi.PlanEntry) },
    ({ run }) => Effect.map(looks.planOf(run), (plan) => ({ plan }))
  ),
  tool(
    {
      name: "runs_gates",
      title: "What waits for a person",
      description: "The questions that a run waits with, each with the JSON Schema of a decision.",
      isReadOnly: true
    },
    { run: Run },
    { gates: Schema.Array(ServerApi.Question) },
    ({ run }) => Effect.map(looks.gatesOf(run), (gates) => ({ gates }))
  ),
  tool(
    {
      name: "runs_show",
      title: "What a step made",
      description: "The recorded output of a step, or without a path what the whole workflow gives.",
      isReadOnly: true
    },
    { run: Run, path: Schema.optionalKey(Path) },
    { run: Schema.String, path: Schema.optionalKey(Schema.String), output: Schema.Json },
    Effect.fnUntraced(function* ({ path, run: reference }) {
      const run = yield* acts.runOf(reference)
      const state = yield* runFolder.state(run)
      if (path !== undefined) {
        const result = resultAt(state, path)
        return result === undefined
          ? yield* usage(`${path} has no result`, {
              target: path,
              fix: `name one of ${stepPath.list(Object.keys(state.records))}`
            })
          : { run, path, output: result.output }
      }
      const { workflow } = yield* (yield* Offered).get(state.workflow)
      return { run, output: toJson(yield* Engine.output(workflow, state)) ?? null }
    })
  ),
  tool(
    {
      name: "runs_report",
      title: "What came of a run",
      description:
        "A report for a person: every step, what went wrong, files, tests, what it cost. Where the run wrote a report of its own, the text of that too.",
      isReadOnly: true
    },
    { run: Run },
    {
      run: Schema.String,
      status: ServerApi.Status,
      text: Schema.String,
      document: Schema.optionalKey(Schema.String.annotate({ description: "What the run delivered as report.md." }))
    },
    ({ run }) => looks.reportOf(run)
  ),
  tool(
    {
      name: "runs_decide",
      title: "Decide what a run waits for",
      description:
        "Answers the question of a gate with the decision of the person who was asked; without a decision they are asked, where the client shows forms. Then call runs_resume, unless it is RUNNING."
    },
    {
      run: Run,
      path: Path,
      decision: Schema.optionalKey(Schema.Json),
      of: Schema.optionalKey(ServerApi.QuestionName)
    },
    {
      ...ServerApi.Outlook.fields,
      declined: Schema.optionalKey(Schema.Boolean.annotate({ description: "Whether the person gave no decision." })),
      next: Next
    },
    Effect.fnUntraced(function* ({ decision, of, path, run: reference }) {
      if (decision !== undefined) {
        const outlook = yield* acts.decide(reference, path, decision, of)
        return { ...outlook, next: yield* afterwards(outlook.run, outlook.undecided) }
      }
      const run = yield* acts.runOf(reference)
      const asked = yield* asking.ask(run, [path])
      if (isAsking(asked)) return asked
      if (asked.decided.length + asked.declined.length === 0) {
        const fix = "ask the person, and call runs_decide with what they say"
        return yield* usage(`nobody can be asked for a decision at ${path} by this client`, { target: path, fix })
      }
      const outlook = yield* looks.outlookOf(run)
      return {
        ...outlook,
        ...(asked.declined.length > 0 && { declined: true }),
        next: asked.declined.length > 0 ? noDecision(asked) : yield* afterwards(run, outlook.undecided)
      }
    })
  ),
  tool(
    {
      name: "runs_resume",
      title: "Go on with a run",
      description:
        "Goes on where a run stopped: what is recorded is not asked again. Where it waits for decisions and the client shows forms, the person is asked first. It returns at once."
    },
    { run: Run, maxUsd: ServerApi.Caps.maxUsd },
    Begun,
    Effect.fnUntraced(function* ({ run: reference, ...caps }) {
      const run = yield* acts.runOf(reference)
      // whoever is at it goes on by itself with what is decided
      const asked = (yield* runFolder.isLive(run)) ? undefined : yield* asking.ask(run)
      if (isAsking(asked)) return asked
      if (asked !== undefined && asked.declined.length > 0) {
        const { status } = yield* acts.statusOf(run)
        return { run, status, next: noDecision(asked) }
      }
      return yield* Effect.flatMap(acts.resume(run, caps), withNext)
    })
  ),
  tool(
    {
      name: "runs_cancel",
      title: "Cancel a run",
      description: "Cancels a run under way: what is recorded is kept, and runs_resume goes on."
    },
    { run: Run },
    Begun,
    ({ run }) => Effect.flatMap(acts.cancel(run), withNext)
  ),
  tool(
    {
      name: "runs_fork",
      title: "Another try at a step",
      description: "Makes a run with the results of another and a new one of a step to come; call runs_resume with it."
    },
    { run: Run, path: Path },
    Begun,
    ({ path, run }) => Effect.flatMap(acts.fork(run, { path }), withNext)
  )
]

const noDecision = ({ declined, problem }: asking.Asked) => {
  const why = problem === undefined ? "" : ` that will do (${problem})`
  return `the person gave no decision at ${declined.join(", ")}${why}: ask what they want before you call again`
}

/** What to do once something is decided. */
const afterwards = Effect.fnUntraced(function* (run: string, undecided: ReadonlyArray<string>) {
  return (yield* runFolder.isLive(run)) ? yield* nextOf(run, "RUNNING") : yield* nextOf(run, "SUSPENDED", undecided)
})

/** How long the name of a tool may be. */
const longest = 64

const plainName = (workflow: string): string => `start_${workflow.replaceAll(/[^\w-]/gu, "_")}`.slice(0, longest)

/**
 * The names of the tools that start workflows, by these: of letters, digits, `_` and `-`, as clients take them. Where that
 * makes several the same, each says which one it is.
 */
const namesOf = (workflows: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const alike = Map.groupBy(workflows, plainName)
  const nameOf = (workflow: string) => {
    const plain = plainName(workflow)
    if (alike.get(plain)!.length === 1) return plain
    const mark = `_${hash("sha256", workflow).slice(0, 8)}`
    return `${plain.slice(0, longest - mark.length)}${mark}`
  }
  return new Map(workflows.map((workflow) => [workflow, nameOf(workflow)]))
}

const starting = ({ workflow }: Loaded, name: string) => {
  const whole = objectSchemaOf(workflow.input)
  return {
    name,
    title: `Start ${workflow.name}`,
    description: `Starts a run of the workflow "${workflow.name}" and returns its id at once; runs_status says how it goes on.`,
    // a tool takes an object
    input: whole ?? {
      type: "object" as const,
      properties: { input: StandardSchema.jsonSchema(workflow.input) },
      required: ["input"]
    },
    output: objectOf({
      ...Begun,
      output: Schema.optionalKey(Schema.Json.annotate({ description: "What the workflow gives, where it is done." }))
    }),
    isReadOnly: false,
    begins: true,
    handle: (given: unknown) => {
      const input = whole !== undefined ? given : Predicate.hasProperty(given, "input") ? given.input : undefined
      // what a client sends is JSON
      return Effect.flatMap(acts.start(workflow.name, (input ?? null) as Schema.Json, {}), withNext)
    }
  }
}

/** All tools; those that only look where nothing is to be changed. */
export const all = Effect.fnUntraced(function* (isReadOnly: boolean) {
  const offered = yield* Offered
  const all = offered.all()
  const names = namesOf(all.map(({ workflow }) => workflow.name))
  const tools = [...all.map((loaded) => starting(loaded, names.get(loaded.workflow.name)!)), ...common]
  return isReadOnly ? tools.filter((tool) => tool.isReadOnly) : tools
})
