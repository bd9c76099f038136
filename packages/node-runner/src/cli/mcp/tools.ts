// What a model can do with runs by its tools: each workflow is one that starts it, and others look and go on.

import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Engine from "@stepwright/core/Engine"
import { resultAt } from "@stepwright/core/WorkflowState"
import * as acts from "../act/acts.ts"
import * as looks from "../act/looks.ts"
import { Offered } from "../act/offered.ts"
import { usage } from "../base/cliError.ts"
import type { Loaded } from "../module/workflowModule.ts"
import * as runFolder from "../run/runFolder.ts"
import * as stepPath from "../path/stepPath.ts"
import { toJson } from "../value/output.ts"
import * as standingNow from "../view/standingNow.ts"

export interface Tool<E, R> {
  readonly name: string
  readonly title: string
  readonly description: string
  /** JSON Schema of an object. */
  readonly input: Readonly<Record<string, unknown>>
  /** Whether it only looks. */
  readonly isReadOnly: boolean
  readonly handle: (input: unknown) => Effect.Effect<Readonly<Record<string, unknown>>, E, R>
}

const Run = Schema.String.annotate({ description: "The run's id, or `latest`." })
const Path = Schema.String.annotate({ description: "The path of a step, as status and plan say it." })

const tool = <Fields extends Schema.Struct.Fields, E, R>(
  about: Pick<Tool<never, never>, "name" | "title" | "description"> & { readonly isReadOnly?: boolean },
  fields: Fields,
  handle: (input: Schema.Struct.Type<Fields>) => Effect.Effect<Readonly<Record<string, unknown>>, E, R>
) => {
  const schema = Schema.Struct(fields)
  // what a model sends is JSON
  const decode = Schema.decodeUnknownEffect(
    Schema.toCodecJson(schema as unknown as Schema.Codec<Schema.Struct.Type<Fields>, unknown>),
    {
      errors: "all"
    }
  )
  return {
    isReadOnly: false,
    ...about,
    input: Schema.toJsonSchemaDocument(schema).schema,
    handle: (input: unknown) =>
      Effect.flatMap(
        Effect.mapError(decode(input ?? {}), ({ message }) =>
          usage(`the arguments do not fit: ${message}`, { target: about.name })
        ),
        handle
      )
  }
}

/** What to do next, by how a run stands. */
const nextOf = (status: string, waits: ReadonlyArray<{ readonly path: string }>): string => {
  if (status === "RUNNING") return "call runs_status with this run, and waitSeconds, until it is no longer RUNNING"
  const [gate] = waits
  if (gate !== undefined) {
    return `a person is asked for a decision at ${gate.path}: show them the question (runs_gates), call runs_decide with what they say, then runs_resume`
  }
  if (status === "COMPLETED") return "it is done: runs_show gives its output, or what a step made"
  if (status === "FAILED") return "the error says what is wrong; runs_resume tries again from there"
  return "runs_resume goes on with it"
}

const most = 60

const standing = Effect.fnUntraced(function* (reference: string, waitSeconds = 0) {
  const run = yield* acts.runOf(reference)
  for (let waited = 0; waited < Math.min(most, waitSeconds) * 5 && (yield* runFolder.isLive(run)); waited++) {
    yield* Effect.sleep("200 millis")
  }
  const offered = yield* Offered
  const found = yield* standingNow.by(run, (_, { workflow }) =>
    Effect.orElseSucceed(offered.get(workflow), () => undefined)
  )
  const told = standingNow.toJson(found)
  return { ...told, next: nextOf(told.status, told.undecided ?? []) }
})

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
      name: "runs_decide",
      title: "Decide what a run waits for",
      description:
        "Answers the question of a gate with the decision of the person who was asked. Then call runs_resume, unless it is RUNNING."
    },
    { run: Run, path: Path, decision: Schema.Json },
    ({ decision, path, run }) => acts.decide(run, path, decision)
  ),
  tool(
    {
      name: "runs_resume",
      title: "Go on with a run",
      description: "Goes on where a run stopped: what is recorded is not asked again. It returns at once."
    },
    { run: Run, maxUsd: Schema.optionalKey(Schema.Finite) },
    ({ run, ...caps }) => Effect.map(acts.resume(run, caps), (begun) => ({ ...begun, next: nextOf(begun.status, []) }))
  ),
  tool(
    {
      name: "runs_cancel",
      title: "Cancel a run",
      description: "Cancels a run under way: what is recorded is kept, and runs_resume goes on."
    },
    { run: Run },
    ({ run }) => acts.cancel(run)
  ),
  tool(
    {
      name: "runs_fork",
      title: "Another try at a step",
      description: "Makes a run with the results of another and a new one of a step to come; call runs_resume with it."
    },
    { run: Run, path: Path },
    ({ path, run }) =>
      Effect.map(acts.fork(run, path, undefined), (begun) => ({ ...begun, next: nextOf(begun.status, []) }))
  )
]

/** The name of the tool that starts a workflow: of letters, digits, `_` and `-`, as clients take them. */
const nameOf = (workflow: string): string => `start_${workflow.replaceAll(/[^\w-]/gu, "_")}`.slice(0, 64)

const isObject = (schema: unknown): schema is Readonly<Record<string, unknown>> =>
  Predicate.isReadonlyObject(schema) && schema["type"] === "object"

const starting = ({ workflow }: Loaded) => {
  const schema = looks.schemaOf(workflow.input)
  const isWhole = isObject(schema)
  return {
    name: nameOf(workflow.name),
    title: `Start ${workflow.name}`,
    description: `Starts a run of the workflow "${workflow.name}" and returns its id at once; runs_status says how it goes on.`,
    // a tool takes an object
    input: isWhole ? schema : { type: "object", properties: { input: schema }, required: ["input"] },
    isReadOnly: false,
    handle: (given: unknown) => {
      const input = isWhole ? given : Predicate.hasProperty(given, "input") ? given.input : undefined
      // what a client sends is JSON
      const begun = acts.start(workflow.name, (input ?? null) as Schema.Json, {})
      return Effect.map(begun, (said) => ({ ...said, next: nextOf(said.status, []) }))
    }
  }
}

/** All tools; those that only look where nothing is to be changed. */
export const all = Effect.fnUntraced(function* (isReadOnly: boolean) {
  const offered = yield* Offered
  const tools = [...offered.all.map(starting), ...common]
  return isReadOnly ? tools.filter((tool) => tool.isReadOnly) : tools
})
