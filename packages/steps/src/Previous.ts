import * as Schema from "effect/Schema"
import { ArchitectureDesign } from "./ArchitectureDesignStep.ts"
import { Files, Project } from "./Project.ts"
import { TestGeneration } from "./TestGenerationStep.ts"
import { Specification } from "./TraceStep.ts"

/** A project as it was made of its documents, and perhaps edited by people since. */
export class Previous extends Schema.Opaque<Previous>()(
  Schema.Struct({
    documents: Project.fields.documents,
    specification: Specification,
    design: ArchitectureDesign,
    code: Files,
    tests: TestGeneration,
    acceptance: TestGeneration,
    /** Paths of files that people edited since. */
    edited: Schema.optionalKey(Schema.Array(Schema.String))
  })
) {}
