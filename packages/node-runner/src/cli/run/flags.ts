import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Struct from "effect/Struct"
import { Answerer, Asked, type Answering } from "../../internal/services/answering.ts"
import * as models from "../../internal/services/models.ts"
import * as testRunners from "../../internal/services/testRunners.ts"
import { usage } from "../base/cliError.ts"
import { defined } from "../base/defined.ts"
import type { Words } from "../base/words.ts"
import { latest } from "./runFolder.ts"

/** A flag that is there or not. */
export const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), maybe)

const maybe = <A>(flag: Flag.Flag<A>): Flag.Flag<A | undefined> => Flag.map(Flag.optional(flag), Option.getOrUndefined)

const atLeast = (least: number) =>
  Flag.filter<number>(
    (n) => n >= least,
    () => `must be ${least} or more`
  )

export const count = (name: string, least: number, description: string) =>
  Flag.Int(name).pipe(atLeast(least), Flag.withMetavar("N"), Flag.withDescription(description), maybe)

export const amount = (name: string, metavar: string, description: string) =>
  Flag.Finite(name).pipe(atLeast(0), Flag.withMetavar(metavar), Flag.withDescription(description), maybe)

/** A flag for each field of `Answering`, in the order of the help. */
export const answering = {
  provider: Flag.Literals("provider", models.providers).pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription(
      "Whose model to ask (default: that before the slash of --model, or openai). Variables say the rest: OPENAI_API_KEY, or ANTHROPIC_…, and so _BASE_URL, _MODEL, _REASONING, _STREAM_USAGE and _PROMPT_CACHING"
    ),
    maybe
  ),
  model: text("model", "NAME", "Model to ask, such as gpt-5.1 or anthropic/NAME (default: OPENAI_MODEL)"),
  replay: text("replay", "DIR", "Answer from a cassette, a folder of recorded replies; no model is asked"),
  record: text("record", "DIR", "Write every reply to a cassette; with --replay DIR too, only what it lacks"),
  relay: text("relay", "DIR", "Let a person or a program answer in a folder"),
  temperature: amount("temperature", "T", "Temperature of every request, whatever a step says"),
  maxOutputTokens: count("max-output-tokens", 1, "Output limit of every request, whatever a step says"),
  reasoningEffort: Flag.Literals("reasoning", Asked.fields.reasoningEffort.schema.literals).pipe(
    Flag.withMetavar("EFFORT"),
    Flag.withDescription("How much the model is to reason, from none to xhigh"),
    maybe
  ),
  structuredOutput: Flag.Literals("structured-output", Asked.fields.structuredOutput.schema.literals).pipe(
    Flag.withMetavar("HOW"),
    Flag.withDescription("How a schema is sent: strict, json or instructions, for servers without (default: strict)"),
    maybe
  ),
  maxCalls: count("max-calls", 0, "Suspend the run before a call more than this"),
  maxTokens: count("max-tokens", 0, "Suspend the run before its tokens go over this"),
  maxUsd: amount("max-usd", "USD", "Suspend the run before its cost goes over this; needs the model's price"),
  concurrency: count("concurrency", 1, "How many requests are on their way at most (default: no limit)"),
  prices: text("prices", "F", "File of prices, USD per million tokens (default: the table of @stepwright/llm)"),
  cache: Flag.Boolean("cache").pipe(
    Flag.withDescription(
      "Take what a provider answered before, in any run of this folder, and keep what it answers (default); with --no-cache ask it"
    ),
    maybe
  ),
  sandbox: Flag.Literals("sandbox", testRunners.names).pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription(
      `What tests run in: bubblewrap, pyodide, none (which protects from nothing), or ${testRunners.standard}, the strongest that works here (default)`
    ),
    maybe
  ),
  python: text("python", "FILE", "Python that runs tests, also of a virtual environment (default: python3)"),
  install: Flag.Boolean("install").pipe(
    Flag.withDescription("Install packages that tests need and the Python lacks, as wheels, in a folder of their own"),
    maybe
  )
} satisfies { readonly [K in keyof Answering]-?: Flag.Flag<Answering[K] | undefined> }

/** Where spans and metrics are sent while a command works: of this process, and no setting of a run. */
export const otlp = text("otlp", "URL", "OTLP collector for spans and metrics (default: OTEL_EXPORTER_OTLP_ENDPOINT)")

/** What a command works with that sends them; its module is loaded where they are sent. */
export const sending = (url: string | undefined) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const problem = url === undefined ? undefined : problemOf(url)
      if (problem !== undefined) return yield* usage(`--otlp ${problem}`)
      const { layer } = yield* Effect.promise(() => import("../../internal/services/otlp.ts"))
      return layer(url)
    })
  )

const problemOf = (url: string) => {
  const { password, protocol, username } = URL.parse(url) ?? { protocol: "" }
  if (protocol !== "http:" && protocol !== "https:") {
    return "takes an http or https address, such as http://127.0.0.1:4318"
  }
  return username || password
    ? "takes no user name and no password in the address: give what the collector asks for in OTEL_EXPORTER_OTLP_HEADERS"
    : undefined
}

/** What a command was told about who answers and how much; `undefined` for what it was not told. */
export type Told = { readonly [K in keyof Answering]-?: Answering[K] | undefined }

/** The settings that flags stand for: `--model anthropic/NAME` is that model of that provider. */
export const settingsOf = <T extends Partial<Told>>(told: T) => {
  const { model, provider } = told
  const named = provider === undefined && model !== undefined ? models.split(model) : undefined
  return defined({ ...told, ...named })
}

/** The flags of who answers, which `resume` replaces together. */
export const answerer = Struct.pick(answering, Struct.keys(Answerer.fields))

/** The flags of how a model is asked. */
export const asked = Struct.pick(answering, [...Struct.keys(Asked.fields), "cache"])

/** Still read where it is not shown: a program with a workflow of its own says that it takes no other. */
export const workflow = ({ isOpen }: Words) => (isOpen ? anyWorkflow : Flag.withHidden(anyWorkflow))

const anyWorkflow = text(
  "workflow",
  "M.ts#NAME",
  "Workflow that a module exports, or a file (.yaml, .json) that defines it (default: the ready one)"
)

export const input = text("input", "JSON|FILE", "Input as JSON, or a JSON file; - is standard input")

const named = ({ hasDocuments }: Words, name: string, description: string) => {
  const one = Flag.String(name).pipe(Flag.withMetavar("FILE|DIR"), Flag.withDescription(description))
  return Flag.atLeast(hasDocuments ? one : Flag.withHidden(one), 0)
}

/** What comes with the documents of a run, each flag as often as there is something to name. */
export const besides = (words: Words) => ({
  design: named(words, "design", "With documents: a design that is given, a file or a folder; may be repeated"),
  samples: named(words, "sample", "With documents: data to try the work on, a file or a folder; may be repeated")
})

/** What a person agrees to on the way. */
export const review = ({ hasDocuments }: Words) => {
  const flag = Flag.String("review").pipe(
    Flag.filter(
      (names) => names.split(",").every((name) => /^(?:spec|design)$/.test(name)),
      () => "must be spec, design or spec,design"
    ),
    Flag.map((names) => (["spec", "design"] as const).filter((name) => names.split(",").includes(name))),
    Flag.withMetavar("spec,design"),
    Flag.withDescription("With documents: stop there with what was assumed and what is open, and take your answers")
  )
  return maybe(hasDocuments ? flag : Flag.withHidden(flag))
}

/** How many changes of the code its tests are tried on. */
export const mutants = ({ hasDocuments }: Words) => {
  const flag = count(
    "mutants",
    0,
    "With documents: once the tests are green, change the code in N ways, and add tests for what none noticed"
  )
  return hasDocuments ? flag : Flag.withHidden(flag)
}

export const out = text("out", "DIR", "Where files are delivered (default: out/NAME)")

/** Of runs that only workers with the same label take. */
export const build = text(
  "build",
  "LABEL",
  "On a cluster: told apart from other builds, for code that no definition tells apart; workers take runs of their own build only"
)

export const json = toggle("json", "Print one JSON document on standard output")

/** In place of that, for who wants to know meanwhile. */
export const jsonEvents = toggle(
  "json-events",
  "Print what happens as it happens, a line of JSON each, and text of replies as it comes; the last line has what --json prints"
)

/** Where a run goes on, if not in this process. */
export const on = Flag.Literals("on", ["cluster"]).pipe(
  Flag.withMetavar("WHERE"),
  Flag.withDescription(
    "cluster: hand the run to the workers of the cluster whose database STEPWRIGHT_DATABASE_URL names, and follow it"
  ),
  maybe
)

/** Whether what goes on elsewhere is left to itself. */
export const detach = toggle("detach", "Of a run on a cluster: print its id at once, and do not follow it")

/** Refuses to leave a run that goes on here. */
export const checkDetach = (detach: boolean, isOnCluster: boolean) =>
  detach && !isOnCluster
    ? Effect.fail(
        usage("--detach is for a run on a cluster, and this one goes on here", {
          target: "--detach",
          fix: "leave it out, or begin it with `run --on cluster`, or take it there with `move RUN --to cluster` first"
        })
      )
    : Effect.void

/** Whether a person is asked for nothing. */
export const noInput = toggle("no-input", "Ask for no decision, also on a terminal")

/** Whether packages are installed unasked. */
export const yes = toggle("yes", "With --install: do not ask before packages are installed")

export const namedRun = Argument.String("RUN").pipe(
  Argument.withDescription("Id of a run, the beginning of one, or `latest`: the one that was used last (default)")
)

export const run = Argument.withDefault(namedRun, latest)

/** The same before other arguments, which `followed` tells from it. */
const maybeRun = Argument.String("RUN").pipe(
  Argument.withDescription(
    "Id of a run, the beginning of one, or `latest`; may be left out: the one that was used last"
  ),
  Argument.optional
)

/** The id of a run that begins. */
export const newRun = text("run", "ID", "Id of the new run (default: the time and six letters)")

const path = ({ path }: Words) =>
  Argument.String("PATH").pipe(
    Argument.withDescription(`Path of a step, such as ${path}, for an item GROUP/KEY; \`plan\` lists them`),
    Argument.optional
  )

/** The run that a watch goes on with. */
export const watchedRun = text("run", "RUN", "Run to go on with, or `latest` (default: a new one, once something runs)")

/** At which of its events a run is looked at. */
export const at = Flag.Int("at").pipe(
  Flag.withMetavar("EVENT"),
  Flag.withDescription("As it was after this event, 1 for the first; without PATH the whole run"),
  maybe
)

/** RUN PATH, of which RUN may be left out. */
export const runAndPath = (words: Words) => ({ run: maybeRun, path: path(words) })

/** RUN PATH VALUE, of which RUN may be left out, and VALUE where a person is asked for it. */
export const runPathAndValue = (words: Words, value: string) => ({
  ...runAndPath(words),
  value: Argument.String("VALUE").pipe(Argument.withDescription(value), Argument.optional)
})

/** RUN PATH FILE..., of which RUN may be left out. */
export const runPathAndFiles = (words: Words, files: string) => ({
  ...runAndPath(words),
  files: Argument.String("FILE").pipe(Argument.withDescription(files), Argument.variadic())
})
