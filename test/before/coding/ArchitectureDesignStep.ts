import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { orderProblem } from "@stepwright/core/Workflow"
import * as Workspace from "@stepwright/core/Workspace"
import * as ArchitectureDesignPrompt from "./ArchitectureDesignPrompt.ts"
import * as markdown from "./internal/markdown.ts"
import { relativePath } from "./internal/relativePath.ts"
import { text, texts } from "./internal/text.ts"
import * as RequirementStep from "./RequirementStep.ts"

/** A public class, method, function or constant of a module. */
export class Member extends Schema.Opaque<Member>()(
  Schema.Struct({
    signature: text("as it stands in the code: name, parameters with types and defaults, return type"),
    behaviour: text("what it does, returns, raises and guarantees")
  })
) {}

/** One Python file. */
export class Module extends Schema.Opaque<Module>()(
  Schema.Struct({
    path: relativePath("relative to the project folder, names joined by /"),
    purpose: text("the one thing it is responsible for"),
    members: Schema.Array(Member).annotate({ description: "all that other modules and users may use" }),
    imports: Schema.Array(Schema.String).annotate({ description: "paths of the modules here that it imports from" }),
    meets: texts("ids of the requirements or criteria that it serves, such as R2 or R3.1")
  })
) {}

const layout = (modules: ReadonlyArray<Module>): string | undefined => {
  const problem = orderProblem(modules.map(({ imports, path }) => [path, imports]))
  switch (problem?._tag) {
    case "Duplicate":
      return `two modules have the path "${problem.name}"`
    case "Unknown":
      return `"${problem.name}" imports from "${problem.needed}", which is none of the modules`
    case "Circle":
      return `these modules import each other in a circle: ${problem.names.map((path) => `"${path}"`).join(" → ")}`
  }
  return Workspace.refuse(modules.map(({ path }) => ({ path, content: "" })))?.message
}

/** How the software is divided into modules, and what each offers to the others. */
export class ArchitectureDesign extends Schema.Opaque<ArchitectureDesign>()(
  Schema.Struct({
    package: text("name of the package, which is also its folder"),
    modules: Schema.Array(Module)
      .annotate({ description: "every Python file, imported ones before those that import them" })
      .check(Schema.isMinLength(1), Schema.makeFilter(layout)),
    decisions: texts("choices that bind more than one module: data representation, errors, algorithms"),
    assumptions: texts("what you decided where the requirement is silent")
  })
) {}

const module = ({ imports, meets, members, path, purpose }: Module): string =>
  [
    `### ${path}`,
    purpose,
    markdown.list([
      ...members.map(({ behaviour, signature }) => `${signature}\n${behaviour}`),
      ...(imports.length === 0 ? [] : [`imports from: ${imports.join(", ")}`]),
      ...(meets.length === 0 ? [] : [`meets: ${meets.join(", ")}`])
    ])
  ].join("\n")

/** The design as a text to read. */
export const toMarkdown = (self: ArchitectureDesign): string =>
  markdown.paragraphs([
    `# Package ${self.package}`,
    ...self.modules.map(module),
    ...markdown.section("Decisions", self.decisions),
    ...markdown.section("Assumptions", self.assumptions)
  ])

export const Input = Schema.Struct({ requirement: RequirementStep.Requirement })

export const parser = OutputParser.json(ArchitectureDesign)

/** Designs the modules that meet a requirement. */
export const step = Step.make("architecture-design", {
  input: Input,
  output: ArchitectureDesign,
  parser,
  prompt: ArchitectureDesignPrompt.template,
  variables: ({ requirement }) => ({
    requirement: RequirementStep.toMarkdown(requirement),
    example: parser.print(ArchitectureDesignPrompt.example)
  })
})
