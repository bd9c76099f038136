import { readFileSync } from "node:fs"
import { relative } from "node:path"
import process from "node:process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
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
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Workflow from "@stepwright/core/Workflow"
import { directory } from "../internal/services/layers.ts"
import * as NodeHasher from "../NodeHasher.ts"
import * as NodeJournal from "../NodeJournal.ts"
import { fromCause, tagOf } from "./base/cliError.ts"
import { exitStatus, isCommandEnded } from "./base/exitStatus.ts"
import { oneLine } from "./base/format.ts"
import { Interrupt } from "./base/interrupt.ts"
import { bound, general, type Words } from "./base/words.ts"
import * as stepwright from "./commands/stepwright.ts"
import * as input from "./run/input.ts"
import { type AnyLayer, Bound, forget, type Loaded } from "./run/workflowModule.ts"

const Manifest = Schema.fromJsonString(Schema.Struct({ version: Schema.String }))

const version = () =>
  Schema.decodeSync(Manifest)(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version

/** Wrong usage is a line or two on standard error, not the whole help. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(
          [
            ...event.errors.map(({ message }) => oneLine(message)),
            `see \`${event.commandPath.join(" ")} --help\``
          ].join("\n")
        )
      : CliOutput.defaultPresenter.present(event)
}

const environment = Layer.mergeAll(
  NodeJournal.layer({ directory }),
  NodeHasher.layer,
  CliOutput.layerPresenter(presenter),
  // standard output is for data
  Layer.succeed(Logger.LogToStderr, true),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
).pipe(Layer.provideMerge(NodeServices.layer))

const wordsOf = ({ workflow }: Loaded): Words =>
  bound(workflow.name, Workflow.stepPaths(workflow), input.isText(workflow.input))

/** Makes the process that calls it the command line of a workflow. */
export const mainOf = (workflow: Workflow.Any, layer: Layer.Layer<never, unknown, unknown> | undefined): void => {
  const program = relative(".", process.argv[1] ?? "")
  // what the layer provides is looked for when the steps run
  const own = (layer ?? Layer.empty) as AnyLayer
  main(`node ${program}`, { workflow: forget(workflow), layer: own, hasLayer: layer !== undefined, program })
}

/** Runs the command line for what the process was called with, and ends the process with the status of that. */
export const main = (name: string, loaded?: Loaded): void => {
  const args = process.argv.slice(2)
  const isDebug = args.includes("--debug")
  const command = stepwright.make(name, loaded === undefined ? general : wordsOf(loaded))
  const program = Command.runWith(command, { version: version() })(args).pipe(
    Effect.provide(environment),
    Effect.provideService(Bound, loaded),
    Effect.onError((cause) => report(name, cause, { isDebug, isJson: args.includes("--json") })),
    Effect.provideService(Interrupt, { message: "interrupted" })
  )
  NodeRuntime.runMain(program, {
    disableErrorReporting: true,
    teardown: (exit, onExit) => onExit(statusOf(exit))
  })
}

const report = Effect.fnUntraced(function* (
  name: string,
  cause: Cause.Cause<unknown>,
  { isDebug, isJson }: { readonly isDebug: boolean; readonly isJson: boolean }
) {
  const error = Cause.squash(cause)
  if (isCommandEnded(error)) {
    // the document of the command is printed
    if (isDebug && error.cause !== undefined) yield* Console.error(Cause.pretty(Cause.die(error.cause)))
    return
  }
  const tell = (tag: string, message: string) =>
    isJson ? Console.log(JSON.stringify({ error: { tag, message } }, null, 2)) : Effect.void
  if (Cause.hasInterruptsOnly(cause)) return yield* tell("Interrupted", (yield* Interrupt).message)
  if (isHelp(error)) {
    // what is wrong is on standard error already
    return yield* error.errors.length === 0
      ? Effect.void
      : tell("Usage", error.errors.map(({ message }) => oneLine(message)).join("; "))
  }
  const { message } = fromCause(cause)
  yield* Console.error(isDebug ? Cause.pretty(cause) : `${name}: ${message}`)
  yield* tell(tagOf(cause), message)
})

const isHelp = (error: unknown): error is CliError.ShowHelp => CliError.isCliError(error) && error._tag === "ShowHelp"

const statusOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return exitStatus.done
  if (Cause.hasInterruptsOnly(exit.cause)) return exitStatus.interrupted
  const error = Cause.squash(exit.cause)
  if (isCommandEnded(error)) return error.status
  if (isHelp(error)) return error.errors.length > 0 ? exitStatus.usage : exitStatus.done
  return exitStatus[fromCause(exit.cause).kind]
}
