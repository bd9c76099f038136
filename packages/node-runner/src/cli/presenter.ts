import * as CliOutput from "effect/cli/CliOutput"
import type { HelpDoc } from "effect/cli/HelpDoc"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { trusted } from "./base/terminal.ts"
import { usageProblem } from "./base/usageProblem.ts"

/** Shows help, and wrong usage as a line or two on standard error, not as the whole help. */
export const presenter: CliOutput.Presenter = {
  present: Effect.fnUntraced(function* (event) {
    const console = yield* Console.Console
    if (event._tag === "InvalidInvocation") {
      const help = `${event.commandPath.join(" ")} --help`
      const problems = event.errors.map((error) => `${event.commandPath[0]}: ${usageProblem(error, help).message}`)
      return console.error([...problems, `see \`${help}\``].join("\n"))
    }
    const shown = event._tag === "Help" ? { ...event, helpDoc: withRunLeftOut(event.helpDoc) } : event
    // the colours of the help are the program's own
    const own = { ...console, log: (text: string) => console.log(trusted(text)) }
    yield* Effect.provideService(CliOutput.defaultPresenter.present(shown), Console.Console, own)
  })
}

/** Of RUN PATH only RUN may be left out, which the parser of the command line cannot express. */
const withRunLeftOut = (doc: HelpDoc): HelpDoc => {
  const [run, ...others] = doc.args ?? []
  if (run?.name !== "RUN" || others.length === 0) return doc
  const start = doc.usage.slice(0, doc.usage.indexOf("[<RUN>]"))
  const usage = `${start}[<RUN>] ${others.map(({ name, variadic }) => `<${name}>${variadic ? "..." : ""}`).join(" ")}`
  return { ...doc, usage, args: [run, ...others.map((other) => ({ ...other, required: true, variadic: false }))] }
}
