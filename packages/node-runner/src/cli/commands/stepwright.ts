import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Struct from "effect/Struct"
import type { Words } from "../base/words.ts"

/** Prints where an error came from. It is read before anything else is, so that errors of the command line show it too. */
const Debug = GlobalFlag.Setting("debug")({
  flag: Flag.Boolean("debug").pipe(Flag.withDescription("Show stack traces of errors"), Flag.withDefault(false))
})

/** The commands in the order of the help, each loaded where it is called: they are most of what there is to load. */
const commands = {
  run: (words: Words) => import("./run.ts").then(({ run }) => run(words)),
  watch: (words: Words) => import("./watch.ts").then(({ watch }) => watch(words)),
  resume: (words: Words) => import("./resume.ts").then(({ resume }) => resume(words)),
  step: (words: Words) => import("./step.ts").then(({ step }) => step(words)),
  set: (words: Words) => import("./set.ts").then(({ set }) => set(words)),
  decide: (words: Words) => import("./decide.ts").then(({ decide }) => decide(words)),
  cancel: (words: Words) => import("./cancel.ts").then(({ cancel }) => cancel(words)),
  change: (words: Words) => import("./change.ts").then(({ change }) => change(words)),
  fork: (words: Words) => import("./fork.ts").then(({ fork }) => fork(words)),
  init: () => import("./init.ts").then(({ init }) => init),
  plan: (words: Words) => import("./plan.ts").then(({ plan }) => plan(words)),
  status: (words: Words) => import("./status.ts").then(({ status }) => status(words)),
  show: (words: Words) => import("./show.ts").then(({ show }) => show(words)),
  list: () => import("./list.ts").then(({ list }) => list),
  repair: (words: Words) => import("./repair.ts").then(({ repair }) => repair(words)),
  move: (words: Words) => import("./move.ts").then(({ move }) => move(words)),
  rm: (words: Words) => import("./rm.ts").then(({ rm }) => rm(words)),
  gc: () => import("./gc.ts").then(({ gc }) => gc),
  schema: () => import("./schema.ts").then(({ schema }) => schema),
  export: () => import("./export.ts").then(({ export: exportRun }) => exportRun),
  import: (words: Words) => import("./import.ts").then(({ import: importState }) => importState(words)),
  graph: (words: Words) => import("./graph.ts").then(({ graph }) => graph(words)),
  verify: () => import("./verify.ts").then(({ verify }) => verify),
  cassette: () => import("./cassette.ts").then(({ cassette }) => cassette),
  config: (words: Words) => import("./config.ts").then(({ config }) => config(words)),
  trust: () => import("./trust.ts").then(({ trust }) => trust),
  doctor: (words: Words) => import("./doctor.ts").then(({ doctor }) => doctor(words)),
  mcp: (words: Words) => import("./mcp.ts").then(({ mcp }) => mcp(words)),
  studio: (words: Words) => import("./studio.ts").then(({ studio }) => studio(words)),
  serve: (words: Words) => import("./serve.ts").then(({ serve }) => serve(words)),
  worker: (words: Words) => import("./worker.ts").then(({ worker }) => worker(words)),
  workers: () => import("./workers.ts").then(({ workers }) => workers),
  ask: () => import("./ask.ts").then(({ ask }) => ask)
}

type Name = keyof typeof commands

/** The commands that arguments need: the one that they call, or all, since the help and mistakes may speak of any. */
const neededBy = ({ isOpen }: Words, [first = "", ...rest]: ReadonlyArray<string>): ReadonlyArray<Name> => {
  // a program has a workflow of its own
  const names = Struct.keys(commands).filter((name) => isOpen || name !== "init")
  if (first === "--version" && rest.length === 0) return []
  // completions are of all of them
  if (rest.some((arg) => arg.startsWith("--completions"))) return names
  const called = names.filter((name) => name === first)
  return called.length === 0 ? names : called
}

/** The command line, under the name with which it is called, with help in these words, as far as arguments need it. */
export const make = (name: string, words: Words, args: ReadonlyArray<string> = []) =>
  Effect.map(
    Effect.promise(() => Promise.all(neededBy(words, args).map((needed) => commands[needed](words)))),
    (subcommands) =>
      Command.make(name).pipe(
        Command.withDescription(words.root),
        Command.withSubcommands(subcommands),
        Command.withGlobalFlags([Debug]),
        Command.withExamples([
          { command: `${name} run ${words.input}`, description: words.firstRun },
          { command: `${name} status`, description: "Where the last run stands" },
          { command: `${name} resume latest`, description: "Go on where it stopped" },
          { command: `${name} run --help`, description: "What a command takes, with examples" }
        ])
      )
  )
