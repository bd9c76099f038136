import { describe } from "@effect/vitest"
import { ArchitectureDesignPrompt, ArchitectureDesignStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("ArchitectureDesignPrompt", () => {
  itIsSound({
    ...ArchitectureDesignPrompt,
    parser: ArchitectureDesignStep.parser,
    output: ArchitectureDesignStep.ArchitectureDesign
  })
})
