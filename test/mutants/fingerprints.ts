import { core, type Mutant } from "./mutant.ts"

/** What a result depends on. */
export const fingerprints: ReadonlyArray<Mutant> = [
  {
    name: "a result is taken whatever its fingerprint",
    file: "internal/judge/verdict.ts",
    change: [["if (result.fingerprint.value !== fingerprint.value) {", `if (fingerprint.value === "") {`]],
    killedBy: core("Engine")
  },
  {
    name: "a fingerprint leaves out the parameters",
    file: "internal/ask/step.ts",
    change: [[", format, parameters: settings.parameters }", ", format }"]],
    killedBy: core("Engine.edits")
  },
  {
    name: "a fingerprint leaves out the response format",
    file: "internal/ask/step.ts",
    change: [["parser: parser.id, format, parameters", "parser: parser.id, format: {}, parameters"]],
    killedBy: core("Engine.edits")
  },
  {
    name: "a fingerprint leaves out the parser",
    file: "internal/ask/step.ts",
    change: [["parser: parser.id, format, parameters", "format, parameters"]],
    killedBy: core("Engine.edits")
  },
  {
    name: "a fingerprint leaves out the system text",
    file: "internal/ask/step.ts",
    change: [["parts: { prompt: messages }", "parts: { prompt: messages.slice(-1) }"]],
    killedBy: core("Engine.edits")
  },
  {
    name: "a fingerprint covers what a step is given, and not what reaches the model",
    file: "internal/ask/step.ts",
    change: [
      ["prepare: (read) => {\n        const messages", "prepare: (read, input) => {\n        const messages"],
      ["parts: { prompt: messages }", "parts: { prompt: messages, input }"]
    ],
    killedBy: core("Engine.edits")
  },
  {
    name: "a fingerprint leaves out the version",
    file: "internal/ask/step.ts",
    change: [["parts: { step: [name, version], parser", "parts: { step: [name], parser"]],
    killedBy: core("Engine.edits")
  },
  {
    name: "a fingerprint leaves out the key",
    file: "internal/ask/step.ts",
    change: [["(key) => exactKey(name, key)", "(key) => (exactKey(name, key), null)"]],
    killedBy: core("Step")
  },
  {
    name: "a fingerprint is made of shortened digests",
    file: "Fingerprint.ts",
    change: [["text += `\\n${name}=${digest}`", "text += `\\n${name}=${digest.slice(0, 8)}`"]],
    killedBy: core("Fingerprint")
  }
]
