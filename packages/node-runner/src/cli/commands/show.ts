import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Struct from "effect/Struct"
import * as Engine from "@stepwright/core/Engine"
import { Journal } from "@stepwright/core/Journal"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import { lineage, resultAt, type StepFailure, type WorkflowState } from "@stepwright/core/WorkflowState"
import { type CliError, isWorkflowError, usage } from "../base/cliError.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import * as format from "../base/format.ts"
import { report } from "../base/output.ts"
import { inFlags } from "../base/told.ts"
import type { Words } from "../base/words.ts"
import * as gates from "../gate/gates.ts"
import * as followed from "../run/followed.ts"
import * as flags from "../run/flags.ts"
import { plan } from "../run/pending.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import { standardSettings } from "../run/settings.ts"
import * as places from "../path/places.ts"
import * as stepPath from "../path/stepPath.ts"
import { type AnyWorkflow, commandOf } from "../module/workflowModule.ts"
import { inText, messagesIn, replyAt } from "../view/asked.ts"
import { originsOf } from "../view/event.ts"
import { toJson } from "../value/output.ts"
import * as moment from "../view/moment.ts"
import { redIn } from "../result/recordedResult.ts"
import * as redTests from "../result/redTests.ts"
import * as tree from "../view/tree.ts"

const config = (words: Words) => ({
  ...flags.runAndPath(words),
  prompt: flags.toggle("prompt", "Show the messages of its last call of a model instead"),
  reply: flags.toggle("reply", "Show the model's last reply as it came instead"),
  at: flags.at,
  events: flags.toggle("events", "List what happened, numbered: in the whole run, or at PATH"),
  json: flags.json
})

export const show = (words: Words) =>
  Command.make(
    "show",
    config(words),
    Effect.fnUntraced(function* ({ at, events: isList, json, prompt, reply, ...rest }) {
      const asked = { "--prompt": prompt, "--reply": reply, "--events": isList }
      const [flag, other] = Struct.keys(asked).filter((name) => asked[name])
      if (other !== undefined) {
        return yield* usage(`${flag} and ${other} are two things`, { target: other, fix: "ask for one of them" })
      }
      const isOfRun = isList || (at !== undefined && flag === undefined)
      const { path: given, run } = yield* isOfRun ? followed.runAndMaybePath(rest) : followed.runAndPath(rest)
      const then = yield* moment.of(run, at)
      const tell = json ? Console.log : report
      if (isList) return yield* tell(yield* moment.list(then, given, json))
      if (given === undefined) return yield* tell(yield* moment.whole(then, json))
      const { events, state } = then
      const print = (path: string, found: Readonly<Record<string, unknown>>, text: string) =>
        Console.log(json ? JSON.stringify({ run, path, ...(at !== undefined && { at }), ...found }, null, 2) : text)
      if (given === "input") return yield* print(given, { output: state.input }, format.output(state.input))
      const path = stepPath.resolve(given, undefined, then.latest)
      const record = state.records[path]
      if (record === undefined) {
        if (then.latest.records[path] !== undefined) {
          return yield* usage(`${path} had not started by event ${at}`, { target: path })
        }
        const { loaded } = yield* whereItIs(then, path === "output")
        const known = places.of(loaded?.workflow, then.latest)
        if (path === "output" && loaded !== undefined && !known.has(path) && known.inside(path) === undefined) {
          const output = yield* outputOf(loaded.workflow, state)
          return yield* print(path, { output }, format.output(output))
        }
        return yield* known.has(path)
          ? usage(`${path} has no result: it has not started yet`, { target: path })
          : stepPath.unknown(path, run, { ...known, paths: places.of(undefined, then.latest).paths })
      }
      if (!prompt && !reply) {
        const output = gates.isOpen(record) ? undefined : resultAt(state, path)?.output
        if (output !== undefined) return yield* print(path, { output }, format.output(output))
        const waiting = gates.isOpen(record) ? yield* waitingAt(path, then, at === undefined) : undefined
        if (waiting !== undefined && "again" in waiting) {
          const fix = `decide it with \`${gates.command(waiting.again, run, path)}\``
          return yield* usage(`${path} waits for a decision`, { target: path, fix })
        }
        const red = redIn(record.error)
        if (red !== undefined && record.error !== undefined) {
          const { message, tag } = record.error
          const [told = message] = message.split("\n", 1)
          yield* print(path, { error: { code: tag, message }, red }, [told, ...redTests.whole(red)].join("\n"))
          return yield* end(exitStatus.failed)
        }
        const [taker] = [...originsOf(events)].flatMap(([to, from]) => (from === path ? [to] : []))
        if (taker !== undefined)
          return yield* usage(`${path} has no result: it was moved to ${taker}`, { target: path })
        if (waiting !== undefined) return yield* usage(`${path} has no result: ${waiting.why}`, { target: path })
        const { error, replies } = record
        const failed = error === undefined ? "" : `: it ${howOf(error)}: ${inFlags(error.message).trimEnd()}`
        const sign = error === undefined ? "; " : "\n"
        const texts = replies === 0 ? "" : `${sign}--reply shows what the model said last, --prompt what it was asked`
        return yield* usage(`${path} has no result${failed}${texts}`, { target: path })
      }
      if (record.asked !== undefined) {
        const [gate] = yield* gates.of(state, [path], undefined)
        if (reply) return yield* usage(`${path} is a gate: it asks a person, no model`, { target: path })
        if (gate?.question !== undefined) {
          return yield* print(path, { prompt: gate.question }, format.output(gate.question))
        }
      }
      const journal = yield* Journal
      const replied = replyAt(events, state, path)
      if (replied === undefined) {
        return yield* usage(
          record.requests.started > 0 && record.replies === 0
            ? `no reply came to ${path}: its request failed or was cut off, and only what was answered is kept`
            : record.replies === 0
              ? `no model was asked at ${path}`
              : `the texts of ${path} stayed with the run that asked: ${lineage(state).slice(1).join(" or ")}`,
          { target: path }
        )
      }
      const text = yield* journal.getText(run, reply ? replied.reply : replied.prompt)
      if (reply) return yield* print(path, { reply: text }, text)
      const messages = messagesIn(text)
      yield* print(path, { prompt: messages ?? text }, messages === undefined ? text : inText(messages))
    })
  ).pipe(
    Command.withDescription(
      "Print the recorded result of a step: text as it is, else JSON. The path `input` shows the run's input, `output` the workflow's output. With --at as it was at any moment of the run, which --events lists."
    ),
    Command.withShortDescription("Print a step's result, prompt or reply"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest ${words.artifactPath}`, description: "What a step made" },
      {
        command: `${commandPath.join(" ")} latest ${words.firstPath} --reply`,
        description: "What the model said, word by word"
      },
      { command: `${commandPath.join(" ")} latest ${words.firstPath} --prompt`, description: "What it was asked" },
      { command: `${commandPath.join(" ")} latest input`, description: "The run's input" },
      { command: `${commandPath.join(" ")} latest output`, description: "What the workflow gives" },
      { command: `${commandPath.join(" ")} latest --events`, description: "What happened, numbered" },
      { command: `${commandPath.join(" ")} latest --at 5`, description: "The run as it was after its fifth event" }
    ])
  )

const howOf = ({ fingerprint, suspends }: StepFailure): string =>
  fingerprint !== undefined ? "failed, which was taken over" : suspends === true ? "waits" : "failed"

/** The settings of a run and its workflow, as far as they are there; `isNeeded`: fails without the workflow. */
const whereItIs = Effect.fnUntraced(function* ({ run, state }: moment.Moment, isNeeded = false) {
  const known = yield* runFolder.settingsToLookAt(run)
  const loaded = yield* isNeeded ? session.workflowOf(undefined, known, state) : session.workflowThereOf(known, state)
  return { known, loaded }
})

/** How many results are named of those that are missing. */
const most = 5

/** What the workflow gives, by the results that there are. */
const outputOf = Effect.fnUntraced(function* (workflow: AnyWorkflow, state: WorkflowState) {
  const output = yield* Engine.output(workflow, state).pipe(
    Effect.catchIf(isWorkflowError, (error): Effect.Effect<never, CliError | WorkflowError> => {
      if (error.reason._tag !== "MissingResult") return Effect.fail(error)
      const perhaps = Workflow.steps(workflow).filter(({ occurs }) => occurs === "perhaps")
      const isWanted = ({ isStep, look, path, record }: tree.Row) =>
        isStep &&
        look !== "skipped" &&
        look !== "takenOver" &&
        resultAt(state, path) === undefined &&
        (record !== undefined || !perhaps.some((step) => StepPath.matches(step.path, path)))
      const without = tree.rows(Workflow.describe(workflow), state, false).filter(isWanted)
      const missing = [...new Set([error.reason.missing, ...without.map(({ path }) => path)])]
      const more = missing.length > most ? ` and ${missing.length - most} more` : ""
      const why = `no result of ${missing.slice(0, most).join(", ")}${more}`
      return Effect.fail(usage(`the workflow has no output yet: ${why}`, { target: "output", cause: error }))
    })
  )
  const json = toJson(output)
  return json === undefined
    ? yield* usage("the workflow's output cannot be written as JSON", { target: "output" })
    : json
})

/** Whether a gate that was asked waits for a decision, and if not, why; `isNow`: as it is, not as it was. */
const waitingAt = Effect.fnUntraced(function* (path: string, then: moment.Moment, isNow: boolean) {
  const { run, state } = then
  const { known, loaded } = yield* whereItIs(then)
  const again = yield* commandOf(known)
  const isLeft =
    loaded === undefined ? state.orphaned.includes(path) : gates.decisionAt(loaded.workflow, path) === undefined
  if (isLeft) return { why: "it is no longer part of the workflow" }
  // a layer of the workflow's own is not built for somebody who looks
  const canPlan = isNow && loaded !== undefined && !loaded.hasLayer && !(yield* runFolder.isLive(run))
  const settings = known ?? standardSettings(run)
  const entries = canPlan ? yield* plan({ loaded, settings, state }) : undefined
  const entry = entries?.find((entry) => entry.path === path)
  if (entries === undefined || entry?.action === "decide") return { again }
  return { why: entry === undefined ? "the run does not come by it" : `it ${entry.why}` }
})
