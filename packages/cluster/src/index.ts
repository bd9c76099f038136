export * as ClusterRunner from "./ClusterRunner.ts"
export * as Runs from "./Runs.ts"
export * as SqlJournal from "./SqlJournal.ts"
export * as SqlLimits from "./SqlLimits.ts"
