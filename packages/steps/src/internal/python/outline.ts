import * as Effect from "effect/Effect"
import type { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { evaluated, Files } from "./evaluated.ts"

/** Gives of each Python file what others can use of it: its signatures, with the first paragraph of each docstring. */
const program = `
import ast


def main(given):
    return {path: outline(text) for path, text in given["files"].items()}


def outline(text):
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return f"# line {error.lineno}: {error.msg}"
    return "\\n".join(line for node in tree.body for line in lines_of(node, ""))


def is_public(name):
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def said(node, indent):
    text = ast.get_docstring(node)
    return [f'{indent}    """{" ".join(text.split(chr(10) * 2)[0].split())}"""'] if text else []


def short(value):
    text = ast.unparse(value)
    return text if len(text) <= 80 else "..."


def decorators(node, indent):
    return [f"{indent}@{ast.unparse(d)}" for d in node.decorator_list]


def lines_of(node, indent):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and is_public(node.name):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        yield from decorators(node, indent)
        yield f"{indent}{word} {node.name}({ast.unparse(node.args)}){returns}: ..."
        yield from said(node, indent)
    elif isinstance(node, ast.ClassDef) and is_public(node.name):
        bases = ", ".join([ast.unparse(b) for b in node.bases] + [f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords])
        yield from decorators(node, indent)
        yield f"{indent}class {node.name}({bases}):" if bases else f"{indent}class {node.name}:"
        yield from said(node, indent)
        for part in node.body:
            yield from lines_of(part, indent + "    ")
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and is_public(node.target.id):
        value = f" = {short(node.value)}" if node.value else ""
        yield f"{indent}{node.target.id}: {ast.unparse(node.annotation)}{value}"
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name) and is_public(target.id):
                yield f"{indent}{target.id} = {short(node.value)}"
    elif isinstance(node, (ast.If, ast.Try)):
        for part in node.body:
            yield from lines_of(part, indent)
`

/** The signatures of Python files, by path. */
export const outlines = (files: Files): Effect.Effect<Files, TestRunnerError, TestRunner> =>
  Object.keys(files).length === 0 ? Effect.succeed({}) : evaluated(Files, program, { files })
