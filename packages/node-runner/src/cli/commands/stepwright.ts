import * as Command from "effect/cli/Command"
import type { Words } from "../base/words.ts"
import { Debug } from "../run/flags.ts"
import { ask } from "./ask.ts"
import { cancel } from "./cancel.ts"
import { cassette } from "./cassette.ts"
import { decide } from "./decide.ts"
import { export as exportRun } from "./export.ts"
import { fork } from "./fork.ts"
import { gc } from "./gc.ts"
import { graph } from "./graph.ts"
import { import as importState } from "./import.ts"
import { list } from "./list.ts"
import { plan } from "./plan.ts"
import { repair } from "./repair.ts"
import { resume } from "./resume.ts"
import { rm } from "./rm.ts"
import { run } from "./run.ts"
import { schema } from "./schema.ts"
import { set } from "./set.ts"
import { show } from "./show.ts"
import { status } from "./status.ts"
import { step } from "./step.ts"
import { verify } from "./verify.ts"

/** The command line, under the name with which it is called, with help in these words. */
export const make = (name: string, words: Words) =>
  Command.make(name).pipe(
    Command.withDescription(words.root),
    Command.withSubcommands([
      run(words),
      resume(words),
      step(words),
      set(words),
      decide(words),
      cancel(words),
      fork(words),
      plan(words),
      status(words),
      show(words),
      list,
      repair(words),
      rm(words),
      gc,
      schema,
      exportRun,
      importState(words),
      graph(words),
      verify,
      cassette,
      ask
    ]),
    Command.withGlobalFlags([Debug]),
    Command.withExamples([
      { command: `${name} run ${words.input}`, description: words.firstRun },
      { command: `${name} status`, description: "Where the last run stands" },
      { command: `${name} resume latest`, description: "Go on where it stopped" },
      { command: `${name} run --help`, description: "What a command takes, with examples" }
    ])
  )
