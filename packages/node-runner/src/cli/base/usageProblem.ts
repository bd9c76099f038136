import type { NonShowHelpErrors } from "effect/cli/CliError"
import { CliError } from "./cliError.ts"
import { oneLine } from "./format.ts"

/** What is wrong with how the command line was called; `help` is the command that says more. */
export const usageProblem = (error: NonShowHelpErrors, help: string): CliError => {
  const { fix = `see \`${help}\``, message = oneLine(error.message), target } = told(error)
  return new CliError({ kind: "usage", message, target, fix })
}

const told = (error: NonShowHelpErrors): Partial<Pick<CliError, "fix" | "message" | "target">> => {
  switch (error._tag) {
    case "InvalidValue": {
      const target = error.kind === "flag" ? `--${error.option}` : error.option
      if (error.value === "") return { target, message: `${target} needs a value` }
      const [, times] = /^(\d+) occurrences$/.exec(error.value) ?? []
      if (times !== undefined)
        return { target, message: `${target} is given ${times} times: give it once`, fix: "give it once" }
      const must = mustBe(error.expected)
      return { target, message: `${target} ${error.value}: it ${must}`, fix: `${target} ${must}` }
    }
    case "UnrecognizedOption":
      return { target: error.option, ...nearest(error) }
    case "UnknownSubcommand":
      return { target: error.subcommand, ...nearest(error) }
    case "MissingArgument":
      return { target: error.argument }
    default:
      return {}
  }
}

const nearest = ({
  message,
  suggestions
}: {
  readonly message: string
  readonly suggestions: ReadonlyArray<string>
}) => {
  if (suggestions.length === 0) return {}
  const [problem = ""] = message.split("\n", 1)
  return {
    message: `${problem}. Did you mean this? ${suggestions.join(", ")}`,
    fix: `did you mean ${suggestions.join(" or ")}`
  }
}

/** What is expected of a value, where the parser of the command line says it in its own words. */
const mustBe = (expected: string): string => {
  if (expected.startsWith("must ")) return expected
  if (expected.includes("integer")) return "must be a whole number"
  if (expected.includes("number")) return "must be a number"
  const names = Array.from(expected.matchAll(/"([^"]+)"/g), ([, name]) => name)
  const list = [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" or ")
  return list === "" ? `must be otherwise: ${expected}` : `must be ${list}`
}
