import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { notStarted } from "./testReport.ts"

/** A module of such a name is as good, as one of Python's own. */
const program = `
import sys
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, version


def is_there(name):
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return name in sys.builtin_module_names or "." not in name and PathFinder.find_spec(name) is not None


def main(names):
    return [name for name in names if not is_there(name)]
`

const decode = Schema.decodeUnknownEffect(Schema.Array(Schema.String))

/** Which of some packages an interpreter lacks, by a program that is run in it. */
export const missing = (
  evaluate: TestRunner["Service"]["evaluate"],
  packages: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, TestRunnerError> =>
  // the program gives nothing else
  Effect.flatMap(evaluate(program, packages), (names) => Effect.orDie(decode(names)))

/** No verdict, for want of packages, with what can be done about it. */
export const lacks = (who: string, missing: ReadonlyArray<string>, fix: string) =>
  notStarted(`${who} lacks ${missing.join(", ")}: ${fix}`)
