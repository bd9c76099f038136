import type { TestResult } from "@stepwright/core/TestRunner"
import type { Standing } from "@stepwright/steps/ReportStep"
import type { Look } from "../../model/look.ts"

// a form for each outcome; what it means stands beside it

export const ofStanding: Readonly<Record<Standing, Look>> = {
  passed: "done",
  failed: "failed",
  unproved: "undecided",
  untested: "waiting"
}

export const ofOutcome: Readonly<Record<TestResult["outcome"], Look>> = {
  passed: "done",
  failed: "failed",
  error: "failed",
  skipped: "skipped",
  "expected-failure": "skipped",
  unsupported: "suspended"
}
