export * as SqlJournal from "./SqlJournal.ts"
export * as SqlLimits from "./SqlLimits.ts"
