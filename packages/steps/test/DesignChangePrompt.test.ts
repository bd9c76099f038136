import { describe } from "@effect/vitest"
import { DesignChangePrompt, DesignChangeStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("DesignChangePrompt", () => {
  itIsSound({ ...DesignChangePrompt, parser: DesignChangeStep.parser, output: DesignChangeStep.DesignChange })
})
