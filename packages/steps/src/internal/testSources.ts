import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { TestRunner, type TestRunnerError } from "@stepwright/core/TestRunner"

/** Gives of each file of tests what the named tests need: all of it but the tests that are not among them. */
const program = `
import ast


def main(given):
    return {path: reduced(text, set(given["names"])) for path, text in given["files"].items()}


def reduced(text, names):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text
    # lines as ast counts them: splitlines() ends one at more than that
    lines = text.split(chr(10))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            if node.name not in names:
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                for i in range(first - 1, node.end_lineno):
                    lines[i] = None
    return chr(10).join(line for line in lines if line is not None)
`

const Files = Schema.Record(Schema.String, Schema.String)

/** Files of tests without the tests that are not named. */
export const testSources = (
  files: Readonly<Record<string, string>>,
  names: ReadonlyArray<string>
): Effect.Effect<Readonly<Record<string, string>>, TestRunnerError, TestRunner> =>
  Effect.gen(function* () {
    const { evaluate } = yield* TestRunner
    // the program is ours: it gives what it says
    return yield* Effect.orDie(Schema.decodeUnknownEffect(Files)(yield* evaluate(program, { files, names })))
  })
