import { Step } from "@stepwright/core"
import {
  type ArchitectureDesignStep,
  AssemblyStep,
  DocumentDeltaStep,
  type Previous,
  RequirementChangeStep,
  RequirementReviewStep,
  type RequirementStep,
  SpecificationDeltaStep,
  TraceStep
} from "@stepwright/steps"
import { asking } from "./model.ts"
import { file, module } from "./playlist.ts"

/** A project of several modules that was made of its document, and what an edit of that is. */
export const sentences = {
  add: "`add(title, seconds)` adds a song.",
  twice: "A title that is there already is an error.",
  total: "`total()` says how long all songs play.",
  write: "`write(path)` writes the songs to a file."
}

export const text = ["# Playlists", ...Object.values(sentences)].join("\n\n")

export const documents = [{ path: "PRD.md", text }]

/** The documents with a text in the place of another. */
export const edited = (from: string, to: string) => [{ path: "PRD.md", text: text.replace(from, () => to) }]

const criterion = (id: string, text: string): RequirementStep.Criterion => ({ id, text, quotes: [text] })

export const requirement: RequirementStep.Requirement = {
  title: "Playlists",
  summary: "Keeps songs.",
  requirements: [
    {
      id: "R1",
      text: "It holds songs.",
      criteria: [criterion("R1.1", sentences.add), criterion("R1.2", sentences.twice)]
    },
    { id: "R2", text: "It adds up.", criteria: [criterion("R2.1", sentences.total)] },
    { id: "R3", text: "It writes files.", criteria: [criterion("R3.1", sentences.write)] }
  ],
  constraints: ["Standard library only."],
  assumptions: [],
  openQuestions: [],
  contradictions: []
}

export const specification = TraceStep.trace(requirement, documents)

const member = (signature: string) => [{ signature, behaviour: "As its criteria say." }]

export const design: ArchitectureDesignStep.ArchitectureDesign = {
  name: "playlist",
  modules: [
    module("playlist/songs.py", { members: member("def add(title: str, seconds: int) -> None"), meets: ["R1"] }),
    module("playlist/times.py", {
      members: member("def total() -> int"),
      imports: ["playlist/songs.py"],
      meets: ["R2"]
    }),
    module("playlist/files.py", {
      members: member("def write(path: str) -> None"),
      imports: ["playlist/songs.py"],
      meets: ["R3"]
    }),
    module("playlist/__init__.py", { reexports: [{ module: "playlist/songs.py", names: ["add"] }] })
  ],
  files: [file("README.md")],
  absent: [],
  entryPoints: [],
  dependencies: [],
  formats: [],
  decisions: [],
  assumptions: []
}

export const code = {
  "playlist/songs.py": "def add(title, seconds):\n    raise KeyError(title)\n",
  "playlist/times.py": "def total():\n    return 60\n",
  "playlist/files.py": "def write(path):\n    pass\n",
  "README.md": "# Playlists\n",
  "playlist/__init__.py": AssemblyStep.generatedBy(design)["playlist/__init__.py"]!
}

const method = (name: string, line: string, quote?: string) =>
  [
    `    def ${name}(self):`,
    ...(quote === undefined ? [] : [`        """${quote}"""`]),
    `        self.assertTrue(${line})`
  ].join("\n")

const testFile = (path: string, ...methods: ReadonlyArray<string>) => ({
  path,
  content: ["import unittest", "", "", "class ATest(unittest.TestCase):", methods.join("\n\n"), ""].join("\n")
})

export const method11 = method("test_r1_1_adds", "add('a', 1)")
export const method12 = method("test_r1_2_raises", "add('a', 2)")
export const quoting = {
  add: method("test_adds", "add('b', 1)", sentences.add),
  twice: method("test_raises", "add('b', 2)", sentences.twice),
  total: method("test_sum", "total()", sentences.total)
}

export const tests = [
  testFile("tests/test_songs.py", method11, method12),
  testFile("tests/test_times.py", method("test_r2_1_sum", "total()")),
  testFile("tests/test_files.py", method("test_r3_1_writes", "write('x')")),
  { path: "tests/songs.py", content: "SONGS = ['a', 'b']\n" }
]

export const acceptance = [
  testFile("tests/test_acceptance_songs.py", quoting.add, quoting.twice),
  testFile("tests/test_acceptance_times.py", quoting.total)
]

export const previous: Previous.Previous = { documents, specification, design, code, tests, acceptance }

/** A review that changes nothing. */
export const unchanged: RequirementReviewStep.RequirementReview = {
  changes: [],
  retired: [],
  requirements: [],
  constraints: requirement.constraints,
  assumptions: [],
  openQuestions: [],
  contradictions: []
}

export const newTime = "A title that is there already gets the new time."

/** One sentence says something else: what that is to the documents, and to the specification. */
export const change = {
  documents: edited(sentences.twice, newTime),
  review: {
    ...unchanged,
    changes: [{ id: "R1.2", text: newTime, quotes: [newTime], why: "it is no error any more" }]
  }
}
export const changed = TraceStep.trace(RequirementReviewStep.apply(requirement, change.review), change.documents)
const documentDelta = DocumentDeltaStep.between({ documents, specification }, change.documents)
export const specificationDelta = SpecificationDeltaStep.between(requirement, changed.requirement)

/** What is asked where a specification follows its documents, and what is said against a reply. */
export const askedForRequirement = (
  review: RequirementReviewStep.RequirementReview,
  input: Partial<typeof RequirementChangeStep.Input.Type> = {}
) =>
  asking(
    Step.run(RequirementChangeStep.step, {
      documents: change.documents,
      samples: [],
      specification,
      delta: documentDelta,
      ...input
    }),
    RequirementChangeStep.parser.print(review)
  )
