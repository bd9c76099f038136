// Definitions as data, without types: `Workflow` gives them. In: a workflow or data, and a catalog. Out: the other of the
// two, or all that is wrong. `write` and `read` do it, and report what is wrong where they find it.

import type * as Result from "effect/Result"
import type { WorkflowDefinition, WorkflowDefinitionError } from "../../WorkflowDefinition.ts"
import type { UntypedWorkflow } from "../definition/nodes.ts"
import type { Catalog } from "./catalog.ts"
import { settled } from "./problems.ts"
import { read } from "./read.ts"
import { write } from "./write.ts"

export const toConfig = (
  self: UntypedWorkflow,
  catalog: Catalog = {}
): Result.Result<WorkflowDefinition, WorkflowDefinitionError> =>
  settled(self.name, (report) => write(self, catalog, report))

export const fromConfig = (
  definition: WorkflowDefinition,
  catalog: Catalog
): Result.Result<UntypedWorkflow, WorkflowDefinitionError> =>
  settled(definition.name ?? "identity", (report) => read(definition, catalog, report))
