/** What the help says in other words where a program is the command line of one workflow. */
export interface Words {
  /** Whether `--workflow` can name a workflow. */
  readonly isOpen: boolean
  /** Whether the input may be documents, with a design and samples. */
  readonly hasDocuments: boolean
  /** What the command line is for, and what `run` does. */
  readonly root: string
  readonly run: string
  /** The run that is meant where nothing is named. */
  readonly meant: string
  /** The argument FILE of `run`, and how the examples give an input. */
  readonly file: string
  readonly input: string
  /** What examples show: the command line's first, the first of `run`, of `step` and of `import`. */
  readonly firstRun: string
  readonly result: string
  readonly step: string
  readonly imported: string
  /** A run's id in examples, and paths of steps. */
  readonly id: string
  readonly path: string
  readonly artifactPath: string
  readonly firstPath: string
}

/** For the command `stepwright`: any workflow, and the ready one in examples. */
export const general: Words = {
  isOpen: true,
  hasDocuments: true,
  root: "Automated coding workflows: every result is recorded once, and only what depends on a change runs again",
  run: "Start a run: from a requirement document to a tested Python package, or a workflow of your own",
  meant: "a run of the ready workflow",
  file: "Requirement document; for another workflow, its input as text, or where that is documents, several and folders of them",
  input: "requirement.md",
  firstRun: "From a requirement document to a tested package",
  result: "The ready workflow; files in out/requirement",
  step: "A nested step",
  imported: "A run of the ready workflow",
  id: "20261121-0755",
  path: "design/breakdown/tasks",
  artifactPath: "design/architecture",
  firstPath: "requirement"
}

/** For a program that is the command line of one workflow: its name, its steps' paths, what its input is. */
export const bound = (
  name: string,
  [first = "step"]: ReadonlyArray<string>,
  isText: boolean,
  hasDocuments = false
): Words => {
  const path = first.replaceAll("*", "KEY")
  return {
    isOpen: false,
    hasDocuments,
    root: `The workflow ${name}: every result is recorded once, and only what depends on a change runs again`,
    run: `Start a run of the workflow ${name}`,
    meant: "a run of it",
    file: hasDocuments ? "Documents, or folders of them" : "The workflow's input as text",
    input: hasDocuments ? "documents/" : isText ? "input.txt" : "--input input.json",
    firstRun: "Start a run",
    result: "Its result is printed when it is done",
    step: "A step",
    imported: "A run that starts where another one stood",
    id: "latest",
    path,
    artifactPath: path,
    firstPath: path
  }
}
