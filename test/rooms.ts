import { dirname, join } from "node:path"

/** A folder below `src`, or public modules by name; or several of these that know nothing of each other. */
type Room = string | ReadonlyArray<string>

/** The rooms of each package, in order: a file imports only from rooms before its own, and from its own. */
export const rooms: Readonly<Record<string, ReadonlyArray<Room>>> = {
  core: [
    ["DefinitionError"],
    "internal/text",
    "internal/json",
    ["StepPath", "Usage", "Hasher", "Fingerprint", "LlmRequest", "LlmReply", "LlmError", "LlmClient", "AttemptSink"],
    ["PromptTemplate", "PromptTemplateVariable", "Workspace", "TestRunner"],
    "internal/parser",
    ["OutputParser", "PartialJson", "DeltaSink"],
    "internal/ask",
    ["Step", "StepExecutor", "WorkflowStatus", "WorkflowConfig", "WorkflowState", "WorkflowEvent", "Journal"],
    ["WorkflowError"],
    "internal/definition",
    ["Workflow"],
    "internal/run",
    ["Engine", "index"]
  ]
}

const imports = /(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/gu

/** What is wrong with the imports of a package's source. */
export const problemsOf = (source: ReadonlyMap<string, string>, order: ReadonlyArray<Room>): ReadonlyArray<string> => {
  const rankOf = (file: string): number =>
    order.findIndex((room) =>
      typeof room === "string" ? file.startsWith(`${room}/`) : room.some((name) => file === `${name}.ts`)
    )
  return [...source].flatMap(([file, text]) => {
    const rank = rankOf(file)
    if (rank === -1) return [`${file} has no room`]
    return [...text.matchAll(imports)].flatMap(([, specifier]) => {
      const imported = join(dirname(file), specifier!)
      return rankOf(imported) > rank ? [`${file} imports ${imported}, which is in a later room`] : []
    })
  })
}
