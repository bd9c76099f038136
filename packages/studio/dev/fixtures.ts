import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { Engine, Journal, Spending, Workflow, WorkflowEvent } from "@stepwright/core"
import type { ServerApi } from "@stepwright/node-runner"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import { AutomatedCodingWorkflow, ChangeWorkflow } from "@stepwright/steps"
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
  /** What its steps cost, as if a provider had been asked. */
  readonly costs?: ReadonlyArray<typeof ServerApi.Cost.Type>
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
  return { ...fixture(run, book, events, journal), costs: costsOf(events) }
}

/** What replies could have cost; that of a foreword nobody knows. */
const costsOf = (events: ReadonlyArray<Event>): ReadonlyArray<typeof ServerApi.Cost.Type> => {
  const costs = new Map<string, number | null>()
  for (const event of events) {
    if (event._tag !== "StepReplied") continue
    const usd = event.path === "foreword" ? null : ((event.usage?.output ?? 0) * 15) / 1_000_000
    costs.set(event.path, usd === null ? null : usd + (costs.get(event.path) ?? 0))
  }
  return [...costs].map(([path, usd]) => ({ path, usd }))
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

/** A folder of runs that the command line makes with the recordings of the examples; gone afterwards. */
const recording = async <A>(
  root: string,
  use: (
    command: (...argv: ReadonlyArray<string>) => string,
    read: (run: string, workflow: Workflow.Any) => Promise<Fixture>,
    cwd: string
  ) => Promise<A>
): Promise<A> => {
  const cwd = mkdtempSync(join(tmpdir(), "stepwright-studio-"))
  const command = (...argv: ReadonlyArray<string>) =>
    execFileSync(process.execPath, [join(root, "packages/node-runner/bin/stepwright.mjs"), ...argv], {
      cwd,
      stdio: ["ignore", "pipe", "ignore"]
    }).toString()
  const read = async (run: string, workflow: Workflow.Any): Promise<Fixture> => {
    const standing = JSON.parse(command("status", run, "--json"))
    const kept = Journal.makeMemory()
    const load = Effect.gen(function* () {
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
    const directory = join(cwd, ".stepwright/runs")
    const events = await Effect.runPromise(Effect.provide(load, NodeJournal.layer({ directory })))
    return { ...fixture(run, workflow, events, kept), standing }
  }
  try {
    return await use(command, read, cwd)
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

const latest = (cwd: string): string => readdirSync(join(cwd, ".stepwright/runs")).toSorted().at(-1) ?? ""

/** A run of the ready workflow, made by the command line with the recording of an example. */
export const recorded = (root: string): Promise<Fixture> =>
  recording(root, (command, read, cwd) => {
    const example = (name: string) => join(root, "examples", name, "interval-set")
    command("run", `${example("inputs")}.md`, "--replay", example("cassettes"))
    return read(latest(cwd), AutomatedCodingWorkflow.workflow)
  })

/** A run whose first code was wrong, with a round of repair, and the run that followed when its document was changed. */
export const repaired = (root: string): Promise<readonly [run: Fixture, change: Fixture]> =>
  recording(root, async (command, read, cwd) => {
    const name = "rate-limiter"
    const replay = (cassette: string) => ["--replay", join(root, "examples/cassettes", cassette)]
    const document = join(cwd, `${name}.md`)
    const text = readFileSync(join(root, "examples/inputs", `${name}.md`), "utf8")
    // what a test says of its failure depends on the version of Python, and what is recorded was asked with one of these
    const mended = (run: string, cassette: string) => {
      command("set", run, "check", join(root, "test/fixtures", `${cassette}-check.json`))
      command("resume", run, ...replay(cassette))
    }
    const begun = (...argv: ReadonlyArray<string>) => {
      try {
        command(...argv)
      } catch {
        // it goes on with the result by hand
      }
      return latest(cwd)
    }
    writeFileSync(document, text)
    const first = begun("run", document, ...replay(name))
    mended(first, name)
    const sentence = "asking for more than `capacity`"
    const edited = text.replace(
      `${sentence} raises \`ValueError\` at once`,
      `${sentence} returns \`False\` at once, without waiting`
    )
    writeFileSync(document, edited)
    const run = await read(first, AutomatedCodingWorkflow.workflow)
    command("change", document)
    const second = begun("resume", "latest", ...replay(`${name}-change`))
    mended(second, `${name}-change`)
    return [run, await read(second, ChangeWorkflow.workflow)]
  })

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
