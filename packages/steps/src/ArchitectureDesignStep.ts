import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { isPackage } from "@stepwright/core/TestRunner"
import { orderProblem } from "@stepwright/core/Workflow"
import * as Workspace from "@stepwright/core/Workspace"
import * as ArchitectureDesignPrompt from "./ArchitectureDesignPrompt.ts"
import { print, Project } from "./Project.ts"
import * as markdown from "./internal/markdown.ts"
import { moduleName } from "./internal/moduleName.ts"
import { isName } from "./internal/pythonName.ts"
import { codePathProblem, relativePath } from "./internal/relativePath.ts"
import { text, texts } from "./internal/text.ts"
import { filesDrawnIn } from "./internal/tree.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { Specification, toMarkdown as specificationToMarkdown } from "./TraceStep.ts"

/** A public class, method, function or constant of a module. */
export class Member extends Schema.Opaque<Member>()(
  Schema.Struct({
    signature: text("as it stands in the code: name, parameters with types and defaults, return type"),
    behaviour: text("what it does, returns, raises and guarantees")
  })
) {}

const path = relativePath("relative to the project folder, names joined by /")
const meets = texts("ids of the requirements or criteria that it serves, such as R2 or R3.1")

/** One Python file. */
export class Module extends Schema.Opaque<Module>()(
  Schema.Struct({
    path,
    purpose: text("the one thing it is responsible for"),
    members: Schema.Array(Member).annotate({ description: "all that is defined in it for other modules and users" }),
    imports: texts("paths of the modules here that it imports from, besides those below"),
    reexports: Schema.Array(
      Schema.Struct({ module: text("path of the module that defines them"), names: Schema.Array(Schema.String) })
    ).annotate({ description: "names of other modules that it offers as its own, as an __init__.py does" }),
    starts: Schema.String.annotate({
      description: "the function that it calls when it is started, such as `shop/cli.py:main`, if it does nothing else"
    }),
    meets
  })
) {}

/** A file that is not Python: documentation, packaging, a script, data. */
export class OtherFile extends Schema.Opaque<OtherFile>()(
  Schema.Struct({
    path,
    purpose: text("what it is for"),
    content: text("what must stand in it, in the documents' own words where they give them"),
    meets
  })
) {}

/** The project in files, and what each offers to the others. */
export class ArchitectureDesign extends Schema.Opaque<ArchitectureDesign>()(
  Schema.Struct({
    name: text("what the project is called"),
    modules: Schema.Array(Module)
      .annotate({ description: "every Python file but tests, imported ones before those that import them" })
      .check(Schema.isMinLength(1)),
    files: Schema.Array(OtherFile).annotate({ description: "every other file that the specification asks for" }),
    absent: Schema.Array(Schema.Struct({ path: text("the file"), reason: text("why it is not delivered") })).annotate({
      description:
        "files of a tree in the documents that are none of the above: tests, samples, what comes to be at run time"
    }),
    entryPoints: Schema.Array(
      Schema.Struct({ command: text("such as `python -m shop`"), runs: text("path of the file that it starts") })
    ),
    dependencies: Schema.Array(
      Schema.Struct({ name: text("of the package, as pip installs it"), reason: text("what needs it") })
    ).annotate({ description: "third-party packages" }),
    formats: texts("what users and tests see and you had to fix: file formats, texts of messages, exit statuses"),
    decisions: texts("choices that bind more than one module: data representation, errors, algorithms"),
    assumptions: texts("what you decided where the specification is silent")
  }).check(Schema.makeFilter((design) => layoutProblem(design)))
) {}

/** Whether a module holds nothing but what code can write from the design. */
export const isGenerated = ({ members, reexports, starts }: Module): boolean =>
  members.length === 0 && (reexports.length > 0 || starts !== "")

/** The module and the function that a module starts. */
export const startOf = ({ starts }: Module): { readonly module: string; readonly name: string } | undefined => {
  const [, module, name] = /^`?(.+\.py):(\w+)(?:\(\))?`?$/.exec(starts.trim()) ?? []
  return module === undefined || name === undefined ? undefined : { module, name }
}

/** What a module needs to be there: what it imports, offers as its own, and starts. */
export const neededBy = (module: Module): ReadonlyArray<string> => {
  const start = startOf(module)
  return [
    ...new Set([
      ...module.imports,
      ...module.reexports.map(({ module }) => module),
      ...(start === undefined ? [] : [start.module])
    ])
  ]
}

interface Layout {
  readonly modules: ReadonlyArray<Module>
  readonly files: ReadonlyArray<OtherFile>
  readonly entryPoints: ReadonlyArray<{ readonly command: string; readonly runs: string }>
  readonly dependencies: ReadonlyArray<{ readonly name: string }>
}

const layoutProblem = ({ dependencies, entryPoints, files, modules }: Layout): string | undefined => {
  const problem = orderProblem(modules.map((module) => [module.path, neededBy(module)]))
  switch (problem?._tag) {
    case "Duplicate":
      return `two modules have the path "${problem.name}"`
    case "Unknown":
      return `"${problem.name}" imports from "${problem.needed}", which is none of the modules`
    case "Circle":
      return `these modules import each other in a circle: ${problem.names.map((path) => `"${path}"`).join(" → ")}`
  }
  const odd = dependencies.find(({ name }) => !isPackage(name))
  if (odd !== undefined) return `"${odd.name}" under "dependencies" is no name of a package: give that alone`
  const stray = modules.find(({ path }) => !path.endsWith(".py"))
  if (stray !== undefined) return `"${stray.path}" is no Python file: it belongs under "files"`
  const python = files.find(({ path }) => path.endsWith(".py"))
  if (python !== undefined) return `"${python.path}" is a Python file: it belongs under "modules"`
  for (const { path, reexports } of modules) {
    for (const { module, names } of reexports) {
      if (names.length === 0) return `"${path}" offers no name of "${module}"`
      const name = names.find((name) => !isName(name))
      if (name !== undefined) return `"${path}" offers "${name}" of "${module}", which is no name`
      const has = namesOf(modules.find((other) => other.path === module)!)
      const lost = names.find((name) => has !== undefined && !has.has(name))
      if (lost !== undefined) return `"${path}" offers "${lost}" of "${module}", which has no such member`
    }
  }
  for (const [i, { path }] of modules.entries()) {
    const name = moduleName(path)
    const same = modules.slice(0, i).find((other) => moduleName(other.path) === name)
    if (same !== undefined) return `"${same.path}" and "${path}" are both the module "${name}"`
    const hidden = modules.find((other) => moduleName(other.path).startsWith(`${name}.`))
    if (hidden !== undefined && !path.endsWith("__init__.py")) {
      return `the module "${hidden.path}" is hidden by "${path}", which has the name of its package`
    }
  }
  const unnamed = modules.flatMap(neededBy).find(
    (path) =>
      !path.endsWith(".py") ||
      !path
        .replace(/^src\/|\.py$/g, "")
        .split("/")
        .every(isName)
  )
  if (unnamed !== undefined) return `"${unnamed}" has a name that nothing can import`
  const offered = new Set(
    modules
      .filter(({ path }) => path.endsWith("__init__.py"))
      .flatMap(({ path, reexports }) =>
        reexports.flatMap(({ names }) => names.map((name) => `${moduleName(path)}.${name}`))
      )
  )
  const hidden = modules.find(({ path }) => offered.has(moduleName(path)))
  if (hidden !== undefined) {
    return `the module "${hidden.path}" is hidden by what its package offers under the same name`
  }
  const start = modules.find((module) => module.starts !== "" && startOf(module) === undefined)
  if (start !== undefined) return `"starts" of "${start.path}" is not of the form \`path/to/file.py:function\``
  const paths = [...modules, ...files].map(({ path }) => path)
  const noCode = paths.map(codePathProblem).find((problem) => problem !== undefined)
  if (noCode !== undefined) return noCode
  const command = entryPoints.find(({ runs }) => !paths.includes(runs))
  if (command !== undefined) return `\`${command.command}\` runs "${command.runs}", which is no file of the design`
  return Workspace.refuse(paths.map((path) => ({ path, content: "" })))?.message
}

/** The words of a module's signatures, and what it offers of others; nothing where the design says nothing of them. */
const namesOf = ({ members, reexports }: Module): ReadonlySet<string> | undefined => {
  const names = [
    ...members.flatMap(({ signature }) => signature.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []),
    ...reexports.flatMap(({ names }) => names)
  ]
  return names.length === 0 ? undefined : new Set(names)
}

/** Whether what is served by some ids serves a criterion. */
export const serves = (meets: ReadonlyArray<string>, criterion: string): boolean =>
  meets.some((id) => id === criterion || criterion.startsWith(`${id}.`))

/** What a design owes to the specification and the documents, if anything. */
export const debt = (
  design: ArchitectureDesign,
  { documents, given, samples, specification }: typeof Input.Type
): string | undefined => {
  const { requirements } = specification.requirement
  const known = new Set(requirements.flatMap(({ criteria, id }) => [id, ...criteria.map(({ id }) => id)]))
  const parts = [...design.modules, ...design.files]
  for (const { meets, path } of parts) {
    const stray = meets.find((id) => !known.has(id))
    if (stray !== undefined) return `"${path}" meets ${stray}, which the specification does not have`
  }
  const taken = Workspace.refuse([...samples, ...parts].map(({ path }) => ({ path, content: "" })))
  if (taken !== undefined) return `${taken.message}; a sample is delivered as it is, and no file of the design`
  const met = parts.flatMap(({ meets }) => meets)
  const open = requirements.flatMap(({ criteria }) => criteria).find(({ id }) => !serves(met, id))
  if (open !== undefined) return `no module and no file meets ${open.id} ("${open.text}")`
  const there = new Set([...parts, ...design.absent].map(({ path }) => path))
  const drawn = [...documents, ...given].flatMap(({ text }) => filesDrawnIn(text))
  const missing = drawn.find((file) => ![...there].some((path) => path === file || path.endsWith(`/${file}`)))
  return missing === undefined
    ? undefined
    : `the documents draw the file "${missing}", which is neither a module, nor a file, nor absent with a reason`
}

const module = (module: Module): string => {
  const { imports, meets, members, path, purpose, reexports, starts } = module
  return [
    `### ${path}`,
    purpose,
    markdown.list([
      ...members.map(({ behaviour, signature }) => `${signature}\n${behaviour}`),
      ...reexports.map(({ module, names }) => `offers ${names.join(", ")} of ${module}`),
      ...(starts === "" ? [] : [`starts ${starts}`]),
      ...(imports.length === 0 ? [] : [`imports from: ${imports.join(", ")}`]),
      ...(meets.length === 0 ? [] : [`meets: ${meets.join(", ")}`])
    ])
  ].join("\n")
}

const file = ({ content, meets, path, purpose }: OtherFile): string =>
  `### ${path}\n${purpose}\n${markdown.list([content, ...(meets.length === 0 ? [] : [`meets: ${meets.join(", ")}`])])}`

/** What binds every part of a project: how it is started, what it may import, what was decided. */
export const rulesToMarkdown = (self: ArchitectureDesign): ReadonlyArray<string> => [
  ...markdown.section(
    "Entry points",
    self.entryPoints.map(({ command, runs }) => `${command}: ${runs}`)
  ),
  ...markdown.section(
    "Dependencies",
    self.dependencies.map(({ name, reason }) => `${name}: ${reason}`)
  ),
  ...markdown.section("Formats", self.formats),
  ...markdown.section("Decisions", self.decisions),
  ...markdown.section("Assumptions", self.assumptions)
]

/** The design as a text to read. */
export const toMarkdown = (self: ArchitectureDesign): string =>
  markdown.paragraphs([
    `# ${self.name}`,
    ...self.modules.map(module),
    ...self.files.map(file),
    ...rulesToMarkdown(self)
  ])

/** What users of a project and its tests may use: signatures of modules and formats, without what is behind them. */
export const interfaceToMarkdown = (self: ArchitectureDesign): string =>
  markdown.paragraphs([
    ...self.modules
      .filter(({ members, reexports }) => members.length + reexports.length > 0)
      .map(({ members, path, reexports }) =>
        [
          `### ${path}`,
          markdown.list([
            ...members.map(({ signature }) => signature),
            ...reexports.map(({ module, names }) => `offers ${names.join(", ")} of ${module}`)
          ])
        ].join("\n")
      ),
    ...markdown.section(
      "Other files",
      self.files.map(({ path, purpose }) => `${path}: ${purpose}`)
    ),
    ...markdown.section(
      "Entry points",
      self.entryPoints.map(({ command, runs }) => `${command}: ${runs}`)
    ),
    ...markdown.section(
      "Dependencies",
      self.dependencies.map(({ name }) => name)
    ),
    ...markdown.section("Formats", self.formats)
  ])

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  /** What is decided already. */
  given: Project.fields.design,
  samples: SamplesStep.Shown,
  specification: Specification
})

export const parser = OutputParser.json(ArchitectureDesign)

/** Designs the files that meet a specification. */
export const step = Step.make("architecture-design", {
  input: Input,
  output: ArchitectureDesign,
  parser,
  check: debt,
  prompt: ArchitectureDesignPrompt.template,
  variables: ({ given, samples, specification }) => ({
    given: given.length === 0 ? "nothing" : print(given),
    samples: samples.length === 0 ? "none" : markdown.list(samples.map(({ path }) => path)),
    specification: specificationToMarkdown(specification),
    example: parser.print(ArchitectureDesignPrompt.example)
  })
})
