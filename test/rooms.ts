import { dirname, join } from "node:path"

/** A folder below `src`, public modules by name, or several folders that know nothing of each other. */
type Room = string | ReadonlyArray<string> | { readonly beside: ReadonlyArray<string> }

/** The rooms of each package, in order: a file imports only from rooms before its own, and from its own. */
export const rooms: Readonly<Record<string, ReadonlyArray<Room>>> = {
  core: [
    ["DefinitionError"],
    "internal/words",
    "internal/code",
    "internal/text",
    "internal/edit",
    "internal/json",
    "internal/standard",
    ["StandardSchema"],
    ["StepPath", "Usage", "Hasher", "Fingerprint", "LlmRequest", "LlmReply", "LlmError", "LlmClient", "AttemptSink"],
    ["PromptTemplate", "PromptTemplateVariable", "Workspace", "Edits", "TestRunner", "Note"],
    "internal/parser",
    ["OutputParser", "PartialJson", "DeltaSink"],
    "internal/ask",
    "internal/format",
    ["Step", "StepExecutor", "WorkflowStatus", "WorkflowConfig", "WorkflowDefinition", "WorkflowState", "Spending"],
    "internal/state",
    ["WorkflowEvent", "Journal", "ResultCache"],
    ["WorkflowError"],
    "internal/definition",
    "internal/data",
    ["Workflow"],
    "internal/walk",
    "internal/judge",
    "internal/run",
    ["Engine", "WorkItem", "index"],
    ["WorkflowRuns"],
    ["WorkflowApi", "WorkflowTools"],
    ["testing/TestCase", "testing/Fixtures"],
    "testing/internal",
    ["testing/JournalConformance", "testing/WorkspaceConformance", "testing/ResultCacheConformance"],
    ["testing/LlmClientConformance", "testing/TestRunnerConformance"],
    ["testing/ParserLaws", "testing/TemplateLaws", "testing/Prompts", "testing/States"],
    ["testing/Matchers", "testing/vitest"],
    "testing/simulate/base",
    "testing/simulate",
    ["testing/Simulate"],
    ["testing/index"]
  ],
  llm: [
    "internal/file",
    ["Limits", "Middleware"],
    "internal/around",
    { beside: ["internal/cassette", "internal/relay", "internal/mock", "internal/prices"] },
    ["Attempts", "Fallback", "Prices", "RateLimit", "Redact", "Retry", "Telemetry", "Timeout"],
    ["Budget", "Cassette", "LlmRegistry", "MockLlm", "Relay"],
    "internal/structured",
    "internal/provider",
    { beside: ["internal/openai", "internal/anthropic", "internal/effect-ai", "internal/ai-sdk"] },
    ["AiSdkBridge", "AnthropicLlm", "LanguageModelBridge", "OpenAiLlm"],
    ["Providers", "index"]
  ],
  steps: [
    "internal",
    ["RequirementPrompt", "RequirementReviewPrompt", "ArchitectureDesignPrompt", "TaskBreakdownPrompt"],
    ["ImplementationPrompt", "TestGenerationPrompt", "AcceptanceTestPrompt"],
    ["JudgementPrompt", "CodeRepairPrompt", "TestRepairPrompt", "MutantTestPrompt"],
    ["RequirementChangePrompt", "DesignChangePrompt", "CodeChangePrompt", "TestChangePrompt"],
    ["Project", "SamplesStep"],
    ["RequirementStep", "TraceStep", "RequirementReviewStep", "RevisionStep"],
    ["DocumentDeltaStep", "RequirementChangeStep", "SpecificationDeltaStep", "SpecificationChangeWorkflow"],
    ["ArchitectureDesignStep", "DesignChangeStep", "AgreementWorkflow"],
    // tests know nothing of code
    ["TestGenerationStep", "AcceptanceTestStep"],
    ["TaskBreakdownStep", "OrderStep", "BriefStep", "ImplementationStep", "AssemblyStep"],
    [
      "EnvironmentStep",
      "VerificationStep",
      "Attempt",
      "CoverageStep",
      "MutationStep",
      "MutantTestStep",
      "HardeningWorkflow"
    ],
    ["EvidenceStep", "JudgementStep", "CodeRepairStep", "TestRepairStep"],
    ["Previous", "ChangesStep", "ReachStep", "CodeChangeStep", "TestChangeStep", "AcceptanceTestChangeStep"],
    ["RepairWorkflow", "ReportStep"],
    ["DeliveryStep", "VerdictStep"],
    ["AutomatedCodingWorkflow", "ChangeWorkflow", "ChangeOutlook"],
    ["Catalog", "index"]
  ],
  cluster: ["internal/migrations", "internal", ["SqlJournal", "SqlLimits", "Runs"], ["ClusterRunner", "index"]],
  "node-runner": [
    "cli/start",
    "internal/files",
    "internal/page",
    "internal/disk",
    "internal/harness",
    "internal/sandbox",
    "internal/journal",
    "internal/cache",
    "internal/page",
    ["BubblewrapTestRunner", "NodeHasher", "NodeJournal", "NodeResultCache", "NodeWorkspace", "PyodideTestRunner"],
    "internal/services",
    "internal/api",
    ["ProjectConfig", "RunLine", "ServerApi"],
    "cli/base",
    "cli/path",
    "cli/value",
    "cli/config",
    "cli/cluster",
    { beside: ["cli/module", "cli/gate"] },
    "cli/postgres",
    "cli/run",
    "cli/result",
    "cli/view",
    "cli/live",
    "cli/go",
    "cli/edit",
    { beside: ["cli/watch", "cli/doctor", "cli/act"] },
    "cli/http",
    { beside: ["cli/serve", "cli/mcp", "cli/page", "cli/work"] },
    "cli/commands",
    ["cli/presenter", "cli/commandLine"],
    ["NodeRunner", "main", "index"]
  ],
  studio: ["api", "model", "run", "ui", "views", ["main"], ["file"]]
}

const imports = /(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/gu

const isIn = (file: string, room: string) => file.startsWith(`${room}/`)

/** What is wrong with the imports of a package's source. */
export const problemsOf = (source: ReadonlyMap<string, string>, order: ReadonlyArray<Room>): ReadonlyArray<string> => {
  /** The number of a file's room, and the room itself where others stand beside it. */
  const placeOf = (file: string) => {
    const rank = order.findIndex((room) =>
      typeof room === "string"
        ? isIn(file, room)
        : "beside" in room
          ? room.beside.some((one) => isIn(file, one))
          : room.some((name) => file === `${name}.ts` || file === `${name}.tsx`)
    )
    const room = order[rank]
    return {
      rank,
      beside: typeof room === "object" && "beside" in room ? room.beside.find((one) => isIn(file, one)) : undefined
    }
  }
  return [...source].flatMap(([file, text]) => {
    const here = placeOf(file)
    if (here.rank === -1) return [`${file} has no room`]
    return [...text.matchAll(imports)].flatMap(([, specifier]) => {
      const imported = join(dirname(file), specifier!)
      const there = placeOf(imported)
      if (there.rank > here.rank) return [`${file} imports ${imported}, which is in a later room`]
      return there.rank === here.rank && there.beside !== here.beside
        ? [`${file} imports ${imported}, which is in a room beside it`]
        : []
    })
  })
}
