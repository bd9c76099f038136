import { ArchitectureDesignPrompt, type ArchitectureDesignStep, RequirementPrompt, TraceStep } from "@stepwright/steps"

/** The document of the prompts' examples, and what is made of it. */
export const documents = [
  {
    path: "PRD.md",
    text: "A class `Playlist` (module `playlist`): `add(title, seconds)` adds a song; a title that is there already is an error, and changes nothing. `total()` says how long all songs play."
  }
] as const

export const requirement = RequirementPrompt.example

export const specification = TraceStep.trace(requirement, documents)

export const design: ArchitectureDesignStep.ArchitectureDesign = ArchitectureDesignPrompt.example

export const module = (
  path: string,
  fields: Partial<ArchitectureDesignStep.Module> = {}
): ArchitectureDesignStep.Module => ({
  path,
  purpose: `Is ${path}.`,
  members: [],
  imports: [],
  reexports: [],
  starts: "",
  meets: [],
  ...fields
})

export const file = (
  path: string,
  fields: Partial<ArchitectureDesignStep.OtherFile> = {}
): ArchitectureDesignStep.OtherFile => ({
  path,
  purpose: `Is ${path}.`,
  content: `What ${path} says.`,
  meets: [],
  ...fields
})
