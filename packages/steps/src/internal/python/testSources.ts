import type * as Effect from "effect/Effect"
import type { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { evaluated, Files } from "./evaluated.ts"

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

/** Files of tests without the tests that are not named. */
export const testSources = (
  files: Files,
  names: ReadonlyArray<string>
): Effect.Effect<Files, TestRunnerError, TestRunner> => evaluated(Files, program, { files, names })
