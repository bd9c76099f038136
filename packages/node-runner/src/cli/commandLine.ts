import { relative } from "node:path"
import process from "node:process"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Workflow from "@stepwright/core/Workflow"
import * as NodeHasher from "../NodeHasher.ts"
import * as answer from "./value/answer.ts"
import { type Diagnostic, diagnostic, fromCause, stackOf, usage } from "./base/cliError.ts"
import { defined } from "./base/defined.ts"
import { exitStatus, isCommandEnded } from "./base/exitStatus.ts"
import { Interrupt, type Interrupted } from "./base/interrupt.ts"
import { notice } from "./base/notice.ts"
import * as output from "./base/output.ts"
import { runMain } from "./base/runMain.ts"
import { version } from "./base/version.ts"
import { presenter } from "./presenter.ts"
import { usageProblem } from "./base/usageProblem.ts"
import * as cluster from "./cluster/cluster.ts"
import { bound, general, type Words } from "./base/words.ts"
import { Configuration, none } from "./config/configuration.ts"
import * as stepwright from "./commands/stepwright.ts"
import { isConfigured } from "./start/configFile.ts"
import { nodeProblem } from "./start/nodeProblem.ts"
import { Seen } from "../internal/files/seen.ts"
import * as cutShort from "./module/cutShort.ts"
import * as input from "./run/input.ts"
import { checkLinks } from "./run/runFolder.ts"
import * as clusterStore from "./run/store/cluster.ts"
import * as stores from "./run/store/stores.ts"
import type { AnyLayer } from "./module/userModule.ts"
import { Bound, forget, type Loaded } from "./module/workflowModule.ts"
import { Employer, employer, type Service } from "./watch/employer.ts"

const environment = Layer.mergeAll(
  // of `Stores`: another place where runs are is put there, below this layer
  Layer.provideMerge(stores.layer, Layer.provideMerge(clusterStore.layer, cluster.layer)),
  NodeHasher.layer,
  CliOutput.layerPresenter(presenter),
  // standard output is for data
  Logger.layer([Logger.withConsoleError(notice)]),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
)

/** The commands that need to know no configuration, as nobody does who asks for help, or that read it themselves. */
const apart: ReadonlySet<string> = new Set(["help", "schema", "cassette", "doctor"])

/** Those that touch no store. */
const storeless: ReadonlySet<string> = new Set([...apart, "config", "init", "ask"])

const asksForHelp = (arg: string): boolean => /^(?:-h|--help|--version|--completions)/u.test(arg)

/** What the files of configuration say to a command, read once for all of it. */
const configurationFor = (args: ReadonlyArray<string>, worksFor: Service | undefined) => {
  const isApart =
    // a watch leaves that to its processes, whose errors it shows
    (args.find(isWord) === "watch" && worksFor === undefined) ||
    apart.has(args.find(isWord) ?? "help") ||
    args.some(asksForHelp)
  return isApart || !isConfigured()
    ? Effect.succeed(none)
    : Effect.flatMap(
        Effect.promise(() => import("./module/checked.ts")),
        ({ read }) => read
      )
}

const wordsOf = ({ workflow }: Loaded): Words =>
  bound(workflow.name, Workflow.stepPaths(workflow), input.isText(workflow.input), input.hasDocuments(workflow.input))

/** Makes the process that calls it the command line of a workflow. */
export const mainOf = (workflow: Workflow.Any, layer: Layer.Layer<never, unknown, unknown> | undefined): void => {
  const program = relative(".", process.argv[1] ?? "")
  // what the layer provides is looked for when the steps run
  const own = (layer ?? Layer.empty) as AnyLayer
  main(`node ${program}`, { workflow: forget(workflow), layer: own, hasLayer: layer !== undefined, program })
}

/** Runs the command line for what the process was called with, and ends the process with the status of that. */
export const main = (name: string, loaded?: Loaded): void => {
  const problem = nodeProblem(process.versions.node)
  if (problem !== undefined) {
    output.stderr().write(`${name}: ${problem}\n`)
    return void (process.exitCode = exitStatus.configuration)
  }
  const args = process.argv.slice(2)
  const interrupt: Interrupted = {
    message: "interrupted",
    work: {},
    print: (line) => output.stderr().write(`${line}\n`)
  }
  const manner = mannerOf(args)
  // what speaks a protocol is no more for a person than JSON is
  output.watch(name, manner.isJson || args.find(isWord) === "mcp")
  const onEnd = cutShort.watch(name, manner, interrupt)
  const worksFor = employer()
  const called = program(name, loaded === undefined ? general : wordsOf(loaded), args).pipe(
    Effect.provideService(Bound, loaded),
    Effect.provideService(Console.Console, output.console),
    Effect.provideService(Interrupt, interrupt),
    Effect.provideService(Employer, worksFor),
    worksFor === undefined ? identity : Effect.provideService(Seen, worksFor.seen)
  )
  runMain(called, {
    onEnd,
    onSlow: () =>
      interrupt.print(
        `${interrupt.isEnd === true ? "" : "it still ends what cannot be cut short; "}once more ends the process at once`
      ),
    statusOf: (exit) => (interrupt.isEnd === true && isInterrupted(exit) ? exitStatus.done : statusOf(exit))
  })
}

/** What the command line does for arguments, its errors told. */
export const program = (name: string, words: Words, args: ReadonlyArray<string>) => {
  return Effect.flatMap(Effect.uninterruptible(stepwright.make(name, words, args)), (command) =>
    Effect.gen(function* () {
      yield* checkBundles(args)
      const worksFor = yield* Employer
      const configuration = yield* configurationFor(args, worksFor)
      worksFor?.hide(configuration.store)
      const called = Command.runWith(command, { version: version() })(withHelp(command, args))
      const isOfStore = !storeless.has(args.find(isWord) ?? "help") && !args.some(asksForHelp)
      yield* (isOfStore ? Effect.andThen(checkLinks, called) : called).pipe(
        Effect.provide(environment),
        Effect.provideService(Configuration, configuration)
      )
    }).pipe(
      Effect.provide(NodeServices.layer),
      Effect.onError((cause) => report(name, cause, { ...mannerOf(args), help: helpOf(command, args).join(" ") }))
    )
  )
}

/**
 * Refuses letters behind one dash that are no flag of one letter: the parser takes each for a flag, and `-dash.md` for
 * one that asks for help.
 */
const checkBundles = (args: ReadonlyArray<string>) => {
  const end = args.indexOf("--")
  const flags = end === -1 ? args : args.slice(0, end)
  const bundle = flags.find((arg) => /^-[^-][^=]/u.test(arg) && Number.isNaN(Number(arg)))
  if (bundle === undefined) return Effect.void
  const fix = `write ./${bundle} for a file, or -- before it`
  return Effect.fail(usage(`${bundle} is no flag`, { target: bundle, fix }))
}

/** `help run` is `run --help`, whatever follows; another word is one that the command line does not know. */
const withHelp = (command: Described, args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [first, ...rest] = args
  if (first !== "help") return args
  const about = rest.find(isWord) ?? "help"
  const help = helpOf(command, rest)
  return about !== "help" && help.length === 1 ? rest : help
}

type Described = Pick<Command.Command.Any, "subcommands">

const isWord = (arg: string) => !arg.startsWith("-")

/** What shows the help of the command that arguments call: `cassette prune --help`. */
const helpOf = ({ subcommands }: Described, args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [first, ...rest] = args.filter(isWord)
  const called = subcommands.flatMap(({ commands }) => commands).find(({ name }) => name === first)
  return called === undefined ? ["--help"] : [called.name, ...helpOf(called, rest)]
}

/** What is told before the command line is read, so that its errors are told so too. */
const mannerOf = (args: ReadonlyArray<string>): cutShort.Manner => {
  const isLines = args.includes("--json-events")
  return { isDebug: args.includes("--debug"), isJson: isLines || args.includes("--json"), isLines }
}

interface Manner extends cutShort.Manner {
  /** The command whose help says what it takes. */
  readonly help: string
}

/** Says what went wrong: in prose on standard error, and to a script in one document. */
const report = Effect.fnUntraced(function* (
  name: string,
  cause: Cause.Cause<unknown>,
  { help, isDebug, isJson, isLines }: Manner
) {
  const error = Cause.squash(cause)
  const stack = isDebug ? stackOf(cause) : ""
  if (isCommandEnded(error)) {
    // the document of the command is printed
    return yield* stack === "" || error.cause === undefined ? Effect.void : Console.error(stack)
  }
  const tell = (found: Diagnostic, about: object = {}) =>
    isJson ? Console.log(answer.text({ ...about, error: found }, isLines)) : Effect.void
  if (Cause.hasInterruptsOnly(cause)) {
    const {
      fix,
      isEnd,
      isQuiet,
      message,
      work: { goOn, run, status }
    } = yield* Interrupt
    if (isQuiet === true || isEnd === true) return
    // who runs a run has said it, in what is drawn
    if (fix === undefined) yield* Console.error(`${name}: ${message}`)
    const interrupted = { severity: "error", code: "Interrupted", message, target: null } as const
    return yield* tell({ ...interrupted, ...defined({ fix: fix ?? goOn }) }, defined({ run, status }))
  }
  if (isHelp(error)) {
    const [first] = error.errors
    // what is wrong is on standard error already
    return yield* first === undefined
      ? Effect.void
      : tell(diagnostic(Cause.fail(usageProblem(first, `${error.commandPath.join(" ")} --help`))))
  }
  const isUsage = fromCause(cause).kind === "usage"
  const found = diagnostic(cause, isUsage ? `see \`${name} ${help}\`` : undefined)
  const worksFor = yield* Employer
  // what it works for shows it
  if (worksFor !== undefined) return yield* worksFor.tell({ _tag: "Failed", error: found, files: worksFor.files() })
  yield* Console.error(`${name}: ${found.message}${stack === "" ? "" : `\n${stack}`}`)
  yield* tell(found)
})

const isHelp = (error: unknown): error is CliError.ShowHelp => CliError.isCliError(error) && error._tag === "ShowHelp"

const isInterrupted = (exit: Exit.Exit<unknown, unknown>) => Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)

/** The status of the process for how a call ended. */
export const statusOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return exitStatus.done
  if (isInterrupted(exit)) return exitStatus.interrupted
  const error = Cause.squash(exit.cause)
  if (isCommandEnded(error)) return error.status
  if (isHelp(error)) return error.errors.length > 0 ? exitStatus.usage : exitStatus.done
  return exitStatus[fromCause(exit.cause).kind]
}
