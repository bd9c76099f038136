import type { ExampleDoc, HelpDoc } from "effect/cli/HelpDoc"
import * as Option from "effect/Option"
import * as Workflow from "@stepwright/core/Workflow"
import * as input from "../run/input.ts"

/** The help of a command as it is for a program that is the command line of one workflow. */
export const make = (doc: HelpDoc, workflow: Workflow.Any): HelpDoc => {
  const [path = "step"] = Workflow.stepPaths(workflow).map((path) => path.replaceAll("*", "KEY"))
  const given = input.isText(workflow.input) ? "input.txt" : "--input input.json"
  const example = ({ command, description }: ExampleDoc): ExampleDoc => ({
    command: command
      .replace("requirement.md", given)
      .replace(/(?<= latest )(design\/\S+|requirement)/, path)
      .replace(/20\d{6}-\d{4}/, "latest"),
    description: description && (texts.get(description) ?? description)
  })
  return {
    ...doc,
    description: texts.get(doc.description)?.replace("NAME", workflow.name) ?? doc.description,
    flags: doc.flags.filter(({ name }) => name !== "workflow"),
    ...(doc.args && {
      args: doc.args.map((arg) => ({
        ...arg,
        description: Option.map(arg.description, (text) => (texts.get(text) ?? text).replace("design/tasks", path))
      }))
    }),
    ...(doc.examples && {
      examples: doc.examples.filter(({ command }) => !command.includes("--workflow")).map(example)
    })
  }
}

/** What is said of any workflow or the ready one, and what of the one that is there. */
export const general = {
  root: "Automated coding workflows: every result is recorded once, and only what depends on a change runs again",
  run: "Start a run: from a requirement document to a tested Python package, or a workflow of your own",
  file: "Requirement document; for another workflow, its input as text",
  package: "From a requirement document to a tested package",
  ready: "The ready workflow; files in out/requirement",
  imported: "A run of the ready workflow"
} as const

const texts: ReadonlyMap<string, string> = new Map([
  [general.root, "The workflow NAME: every result is recorded once, and only what depends on a change runs again"],
  [general.run, "Start a run of the workflow NAME"],
  [general.file, "The workflow's input as text"],
  [general.package, "Start a run"],
  [general.ready, "Its result is printed when it is done"],
  [general.imported, "A run that starts where another one stood"]
])
