import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { Engine, Journal, Spending, Workflow, WorkflowEvent } from "@stepwright/core"
import type { ServerApi } from "@stepwright/node-runner"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import { AutomatedCodingWorkflow } from "@stepwright/steps"
import { originsOf } from "../../node-runner/src/cli/view/event.ts"
import { rows } from "../../node-runner/src/cli/view/rows.ts"
import { statusLabel } from "../../node-runner/src/cli/view/statusLabel.ts"
import { book, replies } from "./workflow.ts"

type Event = WorkflowEvent.WorkflowEvent

/** A run that the server of fixtures has, with as many of its events as have happened by now. */
export interface Fixture {
  readonly run: string
  readonly workflow: Workflow.Any
  readonly events: ReadonlyArray<Event>
  /** How it stands, where that is known without its events. */
  readonly standing?: typeof ServerApi.Standing.Type
  readonly text: (hash: string) => Promise<string>
  readonly plan: () => Promise<ReadonlyArray<typeof ServerApi.PlanEntry.Type>>
}

/** The events of a run, spread over more time than a made-up model takes. */
const slower = (events: ReadonlyArray<Event>, times: number): ReadonlyArray<Event> => {
  const start = events[0]!.at
  return events.map((event) => ({ ...event, at: Math.round(start + (event.at - start) * times) }))
}

interface Made {
  readonly run: string
  readonly chapters: number
  readonly fails?: number
  /** What stands in every text of it besides. */
  readonly also?: string
  /** Whether the gate is decided. */
  readonly isDecided?: boolean
  /** How many times as long it shall seem to have taken. */
  readonly times?: number
}

/** A run of the workflow that has everything, with a made-up model. */
export const made = async ({
  also = "",
  chapters,
  fails,
  isDecided = false,
  run,
  times = 200
}: Made): Promise<Fixture> => {
  const journal = Journal.makeMemory()
  const program = Effect.gen(function* () {
    const initial = yield* Engine.initialize(book, { topic: `rain${also}`, chapters, cover: "soft" }, { run })
    const { state } = yield* Engine.run(book, initial)
    if (!isDecided) return
    yield* Engine.run(book, yield* Engine.decide(book, state, "approval", "print"))
  }).pipe(Effect.provide(replies(fails, also)), Effect.provideService(Journal.Journal, journal))
  await Effect.runPromise(program)
  const events = slower(await Effect.runPromise(journal.load(run)), times)
  return fixture(run, book, events, journal)
}

const fixture = (
  run: string,
  workflow: Workflow.Any,
  events: ReadonlyArray<Event>,
  journal: Journal.Service
): Fixture => ({
  run,
  workflow,
  events,
  text: (hash) => Effect.runPromise(journal.getText(run, hash)),
  plan: () => {
    const plan = Engine.plan(book, WorkflowEvent.fold(events)!)
    return Effect.runPromise(workflow === book ? Effect.provide(plan, replies(undefined)) : Effect.succeed([]))
  }
})

/** A run of the ready workflow, made by the command line with the recording of an example. */
export const recorded = async (root: string): Promise<Fixture> => {
  const cwd = mkdtempSync(join(tmpdir(), "stepwright-studio-"))
  try {
    const example = (name: string) => join(root, "examples", name, "interval-set")
    const command = (...argv: ReadonlyArray<string>) =>
      execFileSync(process.execPath, [join(root, "packages/node-runner/bin/stepwright.mjs"), ...argv], {
        cwd,
        stdio: ["ignore", "pipe", "ignore"]
      })
    command("run", `${example("inputs")}.md`, "--replay", example("cassettes"))
    const standing = JSON.parse(command("status", "--json").toString())
    const directory = join(cwd, ".stepwright/runs")
    const [run = ""] = readdirSync(directory)
    const kept = Journal.makeMemory()
    const read = Effect.gen(function* () {
      const journal = yield* Journal.Journal
      const events = yield* journal.load(run)
      for (const event of events) {
        if (event._tag !== "StepReplied") continue
        for (const hash of [event.prompt, event.reply]) {
          yield* kept.putText(run, hash, yield* journal.getText(run, hash))
        }
      }
      return events
    })
    const events = await Effect.runPromise(Effect.provide(read, NodeJournal.layer({ directory })))
    return { ...fixture(run, AutomatedCodingWorkflow.workflow, events, kept), standing }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** How a run stands, as the server of the command line says it. */
export const standingOf = ({
  events,
  workflow
}: Pick<Fixture, "events" | "workflow">): typeof ServerApi.Standing.Type => {
  const state = WorkflowEvent.fold(events)!
  const isLive = state.status === "IN_PROGRESS"
  const { replies, usage } = Spending.of(state)
  const shown = rows(Workflow.describe(workflow), state, isLive, { origins: originsOf(events) })
  const steps = shown.flatMap(({ isStep, look, path, record, why }) =>
    isStep
      ? [
          {
            path,
            status: look as typeof ServerApi.Look.Type,
            ...(why !== undefined && { why }),
            attempts: record?.attempts ?? 0,
            replies: record?.replies ?? 0,
            tokens: record?.usage ?? {},
            durationMillis: record?.durationMillis ?? null,
            ...(record?.error !== undefined && { error: record.error.message }),
            ...(record?.result !== undefined && { by: record.result.by })
          }
        ]
      : []
  )
  return {
    run: state.run,
    workflow: state.workflow,
    status: statusLabel(state, isLive) as typeof ServerApi.Status.Type,
    ...(state.error !== undefined && {
      error: {
        severity: "error",
        code: state.error.tag,
        message: state.error.message,
        target: state.error.path,
        path: state.error.path
      }
    }),
    out: null,
    files: [],
    changed: [],
    tests: null,
    red: [],
    notes: [],
    replies,
    tokens: usage,
    usd: null,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    steps
  } as typeof ServerApi.Standing.Type
}
