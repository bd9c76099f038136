import * as McpServer from "effect/ai/McpServer"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as StandardSchema from "./StandardSchema.ts"
import type { Workflow } from "./Workflow.ts"
import * as WorkflowRuns from "./WorkflowRuns.ts"
import { RunId } from "./WorkflowState.ts"

/** How long a tool waits at most for a run to rest. **Units** seconds */
const most = 60

/** What to do next, by how a run stands. */
const nextOf = (name: string, { gates, status }: WorkflowRuns.Standing<unknown>): string => {
  const [gate] = gates
  if (status === "RUNNING") return `call ${name}_status with this run, and waitSeconds, until it is no longer RUNNING`
  if (gate !== undefined) {
    return `a person is asked for a decision at ${gate.path}: show them the question, call ${name}_decide with what they say, then ${name}_resume`
  }
  if (status === "COMPLETED") return `it is done: ${name}_status has its output`
  if (status === "FAILED") return `the error says what is wrong; ${name}_resume tries again from there`
  return `${name}_resume goes on with it`
}

const Run = RunId.annotate({ description: "The run's id." })
const WaitSeconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: most })).annotate({
  description: `Waits so long for a run under way to rest, ${most} at most.`
})
const failure = Schema.Union(WorkflowRuns.problems)

interface About {
  readonly title: string
  readonly description: string
  /** Whether it only looks. */
  readonly isReadOnly?: boolean
}

/** A tool and what it does, for the server that is there. */
const tool = <A, B>(
  name: string,
  { description, isReadOnly = false, title }: About,
  parameters: Schema.Codec<A, unknown>,
  success: Schema.Codec<B, unknown>,
  handle: (given: A) => Effect.Effect<B, WorkflowRuns.Problem>
) => {
  const made = Tool.make(name, { description, parameters, success, failure })
    .annotate(Tool.Title, title)
    .annotate(Tool.Readonly, isReadOnly)
    .annotate(Tool.Destructive, false)
    .annotate(Tool.OpenWorld, !isReadOnly)
  const toolkit = Toolkit.make(made)
  return Layer.provide(McpServer.toolkit(toolkit), toolkit.toLayer({ [name]: handle }))
}

/** What a tool takes is an object: any other input is a member of one. */
const objectOf = <A>(input: Schema.Codec<A, unknown>): Schema.Codec<A, unknown> =>
  StandardSchema.jsonSchema(input)["type"] === "object"
    ? input
    : Schema.Struct({ input }).pipe(
        Schema.decodeTo(Schema.toType(input), {
          decode: SchemaGetter.transform(({ input }) => input),
          encode: SchemaGetter.transform((input) => ({ input }))
        })
      )

/**
 * Tools of an MCP server for the runs of a workflow: `NAME_start`, which takes its input, `NAME_status`, whose answer has its
 * output, `NAME_decide`, `NAME_resume`, `NAME_cancel`. A layer for the `registrations` of a server of `effect/ai/McpServer`.
 *
 * ```ts
 * const shout = Step.effect("shout", {
 *   input: Schema.String,
 *   output: Schema.String,
 *   run: (text) => Effect.succeed(text.toUpperCase())
 * })
 * const greeting = Workflow.make("greeting", { input: Schema.String }).pipe(Workflow.bind("loud", shout, "input"))
 * const registrations = WorkflowTools.layer("greeting", greeting)
 * ```
 */
export const layer = <In, Out, E, R, O = Out>(
  name: string,
  workflow: Workflow<In, Out, E, R>,
  options?: WorkflowRuns.Options<Out, O>
): Layer.Layer<never, never, R | McpServer.McpServer> => {
  const next = { next: Schema.String.annotate({ description: "What to do next." }) }
  const shown = WorkflowRuns.standing(WorkflowRuns.outputSchema(workflow, options))
  const success = Schema.Struct({ ...WorkflowRuns.StandingAlone.fields, ...next })
  const ofRun = Schema.Struct({ run: Run })
  const answered = Effect.map((standing: WorkflowRuns.Standing<O>) => ({ ...standing, next: nextOf(name, standing) }))
  // what the workflow gives is what is shown, as the options' type says
  const tools = Effect.map(WorkflowRuns.make(workflow as unknown as Workflow<In, O, E, R>), (runs) =>
    Layer.mergeAll(
      tool(
        `${name}_start`,
        {
          title: `Start ${workflow.name}`,
          description: `Starts a run of the workflow "${workflow.name}" and returns its id at once; ${name}_status says how it goes on.`
        },
        objectOf(WorkflowRuns.inputSchema(workflow)),
        success,
        (input) => answered(runs.start(input))
      ),
      tool(
        `${name}_status`,
        {
          title: "How a run stands",
          description: "Where a run stands, what it waits for, and its output once it is done. Says what to do next.",
          isReadOnly: true
        },
        Schema.Struct({ run: Run, waitSeconds: Schema.optionalKey(WaitSeconds) }),
        // the others do not repeat what an output is like
        Schema.Struct({ ...shown.fields, ...next }),
        ({ run, waitSeconds = 0 }) => answered(runs.get(run, { wait: Duration.seconds(waitSeconds) }))
      ),
      tool(
        `${name}_decide`,
        {
          title: "Decide what a run waits for",
          description: "Answers the question of a gate with the decision of the person who was asked."
        },
        Schema.Struct({ run: Run, path: Schema.String, decision: Schema.Json }),
        success,
        ({ decision, path, run }) => answered(runs.decide(run, path, decision))
      ),
      tool(
        `${name}_resume`,
        {
          title: "Go on with a run",
          description: "Goes on where a run stopped: what is recorded is not asked again. It returns at once."
        },
        ofRun,
        success,
        ({ run }) => answered(runs.resume(run))
      ),
      tool(
        `${name}_cancel`,
        { title: "Cancel a run", description: "Cancels a run under way: what is recorded is kept." },
        ofRun,
        success,
        ({ run }) => answered(runs.cancel(run))
      )
    )
  )
  return Layer.provide(Layer.unwrap(tools), WorkflowRuns.layer)
}
