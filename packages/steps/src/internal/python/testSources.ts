import type * as Effect from "effect/Effect"
import type { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { evaluated, Files } from "./evaluated.ts"

/**
 * Gives of each file of tests what the named tests need: all of it but the tests that are not among them, and the
 * classes that had only such, unless what is left names them.
 */
const program = `
import ast


def main(given):
    return {path: reduced(text, set(given["names"])) for path, text in given["files"].items()}


def is_test(node):
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")


def named_in(node, without):
    if node in without:
        return set()
    own = {node.id} if isinstance(node, ast.Name) else set()
    return own.union(*(named_in(child, without) for child in ast.iter_child_nodes(node)))


def is_alone(base, classes):
    name = ast.unparse(base)
    return name.endswith("TestCase") or name in {c.name for c in classes}


def reduced(text, names):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text
    gone = {node for node in ast.walk(tree) if is_test(node) and node.name not in names}
    # a class of tests of which none is left, here or in what it inherits
    empty = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and all(is_alone(base, empty) for base in node.bases):
            tests = [part for part in node.body if is_test(part)]
            if tests and gone.issuperset(tests):
                empty.add(node)
    while needed := {node for node in empty if node.name in named_in(tree, gone | empty)}:
        empty -= needed
    # lines as ast counts them: splitlines() ends one at more than that
    lines = text.split(chr(10))
    for node in gone | empty:
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        for i in range(first - 1, node.end_lineno):
            lines[i] = None
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.If)) and node not in empty and gone.issuperset(node.body):
            lines[node.body[0].lineno - 1] = " " * node.body[0].col_offset + "..."
    return chr(10).join(line for line in lines if line is not None)
`

/** Files of tests without the tests that are not named. */
export const testSources = (
  files: Files,
  names: ReadonlyArray<string>
): Effect.Effect<Files, TestRunnerError, TestRunner> => evaluated(Files, program, { files, names })
